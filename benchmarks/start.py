"""How long a whole training process takes against Python's start with torch and lightning."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter

from bench import Bench, Row, compare_sides
from race import ROOT


def measure_start(bench: Bench) -> Iterator[Row]:
    """By the clock, and by the time of the processor, which other programs disturb less."""
    walls: dict[str, list[float]] = {"train.py": [], "imports": []}
    works: dict[str, list[float]] = {"train.py": [], "imports": []}
    commands = _list_commands(bench)
    for lap in range(bench.options.starts + 1):
        for name, command in commands.items():
            wall, work = _time_command(command, bench.environment)
            if lap:  # the first fills the store and the disk's cache
                walls[name].append(wall)
                works[name].append(work)
    yield compare_sides("start, time", "≤ 1.5", "train.py", "imports", walls)
    yield compare_sides("start, processor time", "", "train.py", "imports", works)


def _list_commands(bench: Bench) -> dict[str, list[str]]:
    words = [
        "model=mlp",
        "data=cats_babies",
        "trainer.max_epochs=1",
        f"data.origin={_choose_origin()}",
        *bench.common_words(),
    ]
    return {
        "train.py": [sys.executable, "train.py", *words],
        "imports": [sys.executable, "-c", "import torch, lightning"],
    }


def _choose_origin() -> str:
    """The recordings where they are at hand; a benchmark fetches nothing."""
    data = Path(os.environ.get("AURIS_DATA", ROOT / "data"))
    recordings = data.glob("cats_babies/**/*.wav")
    return "real" if any(recordings) else "simulated"


def _time_command(
    command: Sequence[str], environment: dict[str, str]
) -> tuple[float, float]:
    """Seconds by the clock, and seconds of the processor, that a command takes."""
    work = _processor_time()
    start = perf_counter()
    subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    wall = perf_counter() - start
    return wall, _processor_time() - work


def _processor_time() -> float:
    """Seconds that children have taken, for programs and for the kernel."""
    times = os.times()
    return times.children_user + times.children_system
