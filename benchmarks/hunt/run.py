"""Hunts for faults, seeded, one table: python benchmarks/hunt/run.py [HUNT ...] --seed 0"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from commands import hunt_commands
from flips import hunt_flips
from ground import Tally, prepare_ground
from kills import hunt_kills
from mutants import hunt_mutants
from strangers import hunt_strangers

from auris.core.text import markdown_table

Hunt = Callable[[Path, np.random.Generator, int], list[Tally]]
HUNTS: dict[str, tuple[Hunt, int]] = {  # and how many trials, at a size of 1
    "kills": (lambda *words: [_kill_beside(*words)], 24),
    "mutants": (hunt_mutants, 60),
    "commands": (hunt_commands, 80),
    "flips": (hunt_flips, 60),
    "strangers": (lambda *words: [hunt_strangers(*words)], 84),
}


def _kill_beside(place: Path, draws: np.random.Generator, count: int) -> Tally:
    return hunt_kills(place / "kills", draws, count)


def hunt(names: Sequence[str], seed: int, size: float, folder: Path) -> list[Tally]:
    """Carry out some hunts on one ground, each with draws of its own."""
    ground = prepare_ground(folder / "ground")
    tallies = []
    for name in names:
        carry_out_hunt, count = HUNTS[name]
        draws = np.random.default_rng([seed, list(HUNTS).index(name)])
        tallies += carry_out_hunt(ground, draws, max(1, round(count * size)))
    return tallies


def to_table(tallies: Sequence[Tally]) -> str:
    """A table in Markdown, and below it what fell short."""
    rows = []
    short = []
    for tally in tallies:
        good = tally.tried - len(tally.short)
        rows.append([tally.hunt, *map(str, (tally.tried, good, len(tally.short)))])
        short += [f"- {tally.hunt}: {line}" for line in tally.short]
    table = markdown_table(["hunt", "tried", "as it should be", "fell short"], rows)
    return "\n".join([table, "", *short])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("hunts", nargs="*", metavar="HUNT", help=f"of {', '.join(HUNTS)}; else all")
    add("--seed", type=int, default=0, help="of all that is drawn (%(default)s)")
    add("--size", type=float, default=1.0, help="times as many trials (%(default)s)")
    options = parser.parse_args()
    if unknown := set(options.hunts) - set(HUNTS):
        parser.error(f"there is no hunt {min(unknown)}; choose of {', '.join(HUNTS)}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        names = options.hunts or list(HUNTS)
        tallies = hunt(names, options.seed, options.size, Path(folder).resolve())
    print(to_table(tallies))
    print(f"seed {options.seed}, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
