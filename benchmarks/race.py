"""Contestants that take turns: every one is a process, only one of them runs at a time."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent

# ours, also for other environments
PYTHON_PATH = os.pathsep.join(map(str, (HERE, ROOT / "tests/helpers", ROOT / "src")))

_MAX_LAST_WORDS = 1500  # characters

Times = dict[str, list[dict[str, float]]]  # of each contestant's laps, in seconds


class ContestantFailed(Exception):
    """A contestant ended before the race; carries its last words."""


class Contestant:
    """A process that runs a lap for each line that it is sent."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]):
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115, closed on exit
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": PYTHON_PATH, **environment},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.wait()
        self.errors.close()

    def run_lap(self) -> dict[str, float]:
        """Its times for one lap."""
        assert self.process.stdin and self.process.stdout
        try:
            print(file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise ContestantFailed(self._last_words()) from None
        line = self.process.stdout.readline()
        if not line:
            raise ContestantFailed(self._last_words())
        return json.loads(line)

    def _last_words(self) -> str:
        self.process.wait()
        self.errors.seek(0)
        return self.errors.read().strip()[-_MAX_LAST_WORDS:]


def run_race(
    commands: Mapping[str, Sequence[str]],
    environment: Mapping[str, str],
    laps: int,
    needed: Sequence[str] | None = None,
) -> Times:
    """The times of all laps but the first of each contestant.

    One that is not needed may fail, with a message; all are where `needed` is None.
    """
    with ExitStack() as stack:
        ready: dict[str, Contestant] = {}
        for name, command in commands.items():
            try:
                contestant = stack.enter_context(Contestant(command, environment))
                contestant.run_lap()  # sets up, while nobody else runs
                ready[name] = contestant
            except (ContestantFailed, OSError) as error:
                if needed is None or name in needed:
                    sys.exit(f"{name} does not run: {error}")
                print(f"{name} does not run and is left out: {error}", file=sys.stderr)
        times: Times = {name: [] for name in ready}
        for _ in range(laps):
            for name, contestant in ready.items():
                times[name].append(contestant.run_lap())
    return times
