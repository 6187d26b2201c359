"""The training steps of a run against those of a bare PyTorch loop."""

import sys
from collections.abc import Iterator

from bench import Bench, Row, compare_sides
from race import HERE, run_race


def measure_steps(bench: Bench) -> Iterator[Row]:
    bare_loop = [sys.executable, str(HERE / "bare_loop.py")]
    for model in ("mlp", "cnn"):
        word = f"model={model}"
        contestants = {
            "bare loop": [*bare_loop, *bench.train_words(word)],
            "Auris": bench.auris_command(word),
        }
        times = run_race(contestants, bench.environment, bench.options.laps)
        sides = {name: [lap["steps"] for lap in laps] for name, laps in times.items()}
        measured = f"training steps, {word}"
        yield compare_sides(measured, "≥ 0.9", "bare loop", "Auris", sides)
