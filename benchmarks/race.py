"""Contestants that take turns: every one is a process, only one of them runs at a time."""

import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
PATH = os.pathsep.join(map(str, (HERE, ROOT / "tests", ROOT / "src")))  # ours, also for other environments


class Fallen(Exception):  # noqa: N818
    """A contestant ended before the race; carries its last words."""


class Contestant:
    """A process that runs a lap for each line that it is sent."""

    def __init__(self, command: Sequence[str], environment: dict[str, str]):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": PATH, **environment}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.errors,
        )  # fmt: skip

    def lap(self) -> dict[str, float]:
        """Its times for one lap, in seconds."""
        assert self.process.stdin and self.process.stdout
        try:
            print(file=self.process.stdin, flush=True)
        except BrokenPipeError:
            raise Fallen(self.last_words()) from None
        line = self.process.stdout.readline()
        if not line:
            raise Fallen(self.last_words())
        return json.loads(line)

    def last_words(self) -> str:
        self.process.wait()
        self.errors.seek(0)
        return self.errors.read().strip()[-1500:]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait()


def race(
    commands: dict[str, Sequence[str]], environment: dict[str, str], laps: int
) -> tuple[dict[str, list[dict[str, float]]], dict[str, str]]:
    """The times of all laps but the first of each contestant, by name; and the reasons of those that fell out."""
    contestants, fallen, times = {}, {}, {}
    try:
        for name, command in commands.items():
            contestants[name] = Contestant(command, environment)
            try:
                contestants[name].lap()  # sets up; nobody else runs
                times[name] = []
            except Fallen as error:
                fallen[name] = str(error)
        for _ in range(laps):
            for name, laps_of in times.items():
                laps_of.append(contestants[name].lap())
    finally:
        for contestant in contestants.values():
            contestant.stop()
    return times, fallen


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median over rounds of one time over the other: a load that comes and goes meets both of a round."""
    return median(a / b for a, b in zip(above, below, strict=True))
