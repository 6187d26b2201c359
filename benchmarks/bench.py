"""What all benchmarks share: options, recordings, a folder for runs, rows of the table."""

import argparse
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from clips import RATE, write_clips
from race import PYTHON_PATH, ROOT

BATCH_SIZE = 16  # the default of data.batch_size
_TAKE_TURNS = (
    "plugins=[take_turns]",
    "+callbacks.turns._target_=take_turns.TakeTurns",
)


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    measured: str
    ratio: float
    goal: str
    seconds: dict[str, float]  # the median of each side


def compare_sides(
    measured: str,
    goal: str,
    above: str,
    below: str,
    sides: Mapping[str, Sequence[float]],
) -> Row:
    """One side over the other: the median over rounds.

    A load that comes and goes meets both sides of a round.
    """
    rounds = zip(sides[above], sides[below], strict=True)
    ratio = median(upper / lower for upper, lower in rounds)
    seconds = {name: median(sides[name]) for name in (above, below)}
    return Row(f"{measured}: {above} / {below}", ratio, goal, seconds)


class Bench:
    """Gives each part its commands and its environment."""

    def __init__(self, options: argparse.Namespace, folder: Path):
        self.options = options
        self.folder = folder
        self.environment = {"AURIS_STORE": str(folder / "store")}
        if options.threads:
            self.environment["OMP_NUM_THREADS"] = str(options.threads)

    def clip_table(self, rate: int = RATE) -> Path:
        """The table of the recordings, which are written when they are first asked for."""
        table = self.folder / f"recordings_{rate}" / "clips.csv"
        return table if table.is_file() else write_clips(table.parent, rate)

    def common_words(self) -> list[str]:
        """What every run is told."""
        outputs = self.folder / "outputs"
        return [f"paths.outputs={outputs}", f"trainer={self.options.trainer}"]

    def train_words(self, *words: str) -> list[str]:
        """The command line of a run on these recordings, without a test at its end."""
        return [
            "data=csv",
            f"data.table={self.clip_table()}",
            f"data.batch_size={BATCH_SIZE}",
            *self.common_words(),
            *words,
            "test=false",
            f"trainer.max_epochs={self.options.laps + 1}",
        ]

    def auris_command(self, *words: str) -> list[str]:
        """The same as a contestant."""
        return [sys.executable, "train.py", *self.train_words(*words), *_TAKE_TURNS]


def run_command(command: Sequence[str], environment: Mapping[str, str]) -> str:
    """What a command prints."""
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": PYTHON_PATH, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout
