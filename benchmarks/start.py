"""How long a whole training process takes against Python's start with torch and lightning."""

import os
import subprocess
import sys
from collections.abc import Sequence
from time import perf_counter
from typing import NamedTuple

from race import ROOT


class Span(NamedTuple):
    """What a process took, in seconds."""

    wall: float
    processor: float  # in the program and in the kernel for it


def spans(
    commands: dict[str, Sequence[str]], environment: dict[str, str], laps: int
) -> dict[str, list[Span]]:
    """Run each command in turn, `laps` times after a first one that warms caches."""
    found: dict[str, list[Span]] = {name: [] for name in commands}
    for lap in range(laps + 1):
        for name, command in commands.items():
            span = run(command, environment)
            if lap:
                found[name].append(span)
    return found


def run(command: Sequence[str], environment: dict[str, str]) -> Span:
    before, start = os.times(), perf_counter()
    subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    wall, after = perf_counter() - start, os.times()
    spent = after.children_user - before.children_user + after.children_system - before.children_system
    return Span(wall, spent)


def commands(words: Sequence[str]) -> dict[str, list[str]]:
    return {
        "train.py": [sys.executable, "train.py", "model=mlp", "data=cats_babies", "trainer.max_epochs=1", *words],
        "imports": [sys.executable, "-c", "import torch, lightning"],
    }
