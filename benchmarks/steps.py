"""The training steps of a run against those of a bare PyTorch loop."""

import sys
from collections.abc import Iterator

from bench import Bench, Row, compare
from race import HERE, race


def rows(bench: Bench) -> Iterator[Row]:
    for model in ("mlp", "cnn"):
        contestants = {
            "bare loop": [
                sys.executable,
                str(HERE / "bare_loop.py"),
                *bench.words(f"model={model}"),
            ],
            "Auris": bench.auris(f"model={model}"),
        }
        times = race(contestants, bench.environment, bench.options.laps)
        sides = {name: [lap["steps"] for lap in laps] for name, laps in times.items()}
        yield compare(
            f"training steps, model={model}", "≥ 0.9", "bare loop", "Auris", sides
        )
