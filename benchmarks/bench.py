"""What all benchmarks share: their options, the recordings, a folder for what runs leave, a row of the table."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from clips import RATE, write_clips
from race import PATH, ROOT

BATCH = 16  # the default of data.batch_size
TURNS = ("plugins=[take_turns]", "+callbacks.turns._target_=take_turns.TakeTurns")


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    measured: str
    ratio: float
    goal: str
    seconds: dict[str, float]  # the median of each side


def compare(
    measured: str,
    goal: str,
    above: str,
    below: str,
    sides: Mapping[str, Sequence[float]],
) -> Row:
    """One side over the other: the median over rounds, for a load that comes and goes meets both sides of a round."""
    ratio = median(a / b for a, b in zip(sides[above], sides[below], strict=True))
    return Row(
        f"{measured}: {above} / {below}",
        ratio,
        goal,
        {name: median(sides[name]) for name in (above, below)},
    )


class Bench:
    """Gives each part its commands and its environment."""

    def __init__(self, options: argparse.Namespace, folder: Path):
        self.options, self.folder = options, folder
        self.environment = {"AURIS_STORE": str(folder / "store")}
        if options.threads:
            self.environment["OMP_NUM_THREADS"] = str(options.threads)

    def table(self, rate: int = RATE) -> Path:
        """The table of the recordings, which are written when they are first asked for."""
        table = self.folder / f"recordings_{rate}" / "clips.csv"
        return table if table.is_file() else write_clips(table.parent, rate)

    def common(self) -> list[str]:
        return [
            f"paths.outputs={self.folder / 'outputs'}",
            f"trainer={self.options.trainer}",
        ]

    def call(self, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """What a command prints."""
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": PATH, **environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def words(self, *words: str) -> list[str]:
        """The command line of a run on these recordings, without a test at its end."""
        data = ["data=csv", f"data.table={self.table()}", f"data.batch_size={BATCH}"]
        return [
            *data,
            *self.common(),
            *words,
            "test=false",
            f"trainer.max_epochs={self.options.laps + 1}",
        ]

    def auris(self, *words: str) -> list[str]:
        """The same as a contestant."""
        return [sys.executable, "train.py", *self.words(*words), *TURNS]
