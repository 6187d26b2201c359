"""How long a whole training process takes against Python's start with torch and lightning."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from bench import Bench, Row, compare
from race import ROOT


def rows(bench: Bench) -> Iterator[Row]:
    """By the clock, and by the time of the processor, which other programs on the machine disturb less."""
    walls: dict[str, list[float]] = {"train.py": [], "imports": []}
    works: dict[str, list[float]] = {"train.py": [], "imports": []}
    for lap in range(bench.options.starts + 1):
        for name, command in commands(bench).items():
            wall, work = spent(command, bench.environment)
            if lap:  # the first fills the store and the disk's cache
                walls[name].append(wall)
                works[name].append(work)
    yield compare("start, time", "≤ 1.5", "train.py", "imports", walls)
    yield compare("start, processor time", "", "train.py", "imports", works)


def commands(bench: Bench) -> dict[str, list[str]]:
    words = [
        "model=mlp",
        "data=cats_babies",
        "trainer.max_epochs=1",
        f"data.source={source()}",
        *bench.common(),
    ]
    return {
        "train.py": [sys.executable, "train.py", *words],
        "imports": [sys.executable, "-c", "import torch, lightning"],
    }


def source() -> str:
    """The recordings where they are at hand; a benchmark fetches nothing."""
    data = Path(os.environ.get("AURIS_DATA", ROOT / "data"))
    return "real" if list(data.glob("cats_babies/**/*.wav")) else "simulated"


def spent(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds by the clock, and seconds of the processor, that a command takes."""
    before, start = os.times(), perf_counter()
    subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    wall, after = perf_counter() - start, os.times()
    return wall, sum(after[2:4]) - sum(
        before[2:4]
    )  # of children, for programs and the kernel
