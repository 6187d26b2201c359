"""All benchmarks, one Markdown table of ratios: python benchmarks/run.py [PART ...]"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import Bench, Row
from epochs import measure_epochs
from localization import measure_localization
from rooms import measure_rooms
from scoring import measure_scoring
from start import measure_start
from steps import measure_steps

PARTS = {
    "steps": measure_steps,
    "epochs": measure_epochs,
    "start": measure_start,
    "scoring": measure_scoring,
    "rooms": measure_rooms,
    "localization": measure_localization,
}


def parse_options() -> argparse.Namespace:
    names = ", ".join(PARTS)
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add("parts", nargs="*", metavar="PART", help=f"of {names}; all where none is given")
    add(
        "--laps",
        type=int,
        default=9,
        help="epochs of each side that count (%(default)s)",
    )
    add(
        "--starts",
        type=int,
        default=5,
        help="processes of each side that count (%(default)s)",
    )
    add("--threads", type=int, help="of torch in each process (its own default)")
    devices = ("cpu", "default")
    add(
        "--trainer",
        default="cpu",
        choices=devices,
        help="default takes a GPU (%(default)s)",
    )
    add("--peer-python", help="Python of an environment with SpeechBrain and autrainer")
    add("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {unknown.pop()}; the parts are {names}")
    return options


def to_markdown(rows: Sequence[Row]) -> str:
    lines = ["| measured | ratio | goal | medians |", "|---|---|---|---|"]
    for row in rows:
        sides = [f"{name} {value:.3g} s" for name, value in row.seconds.items()]
        seconds = ", ".join(sides)
        lines.append(f"| {row.measured} | {row.ratio:.2f} | {row.goal} | {seconds} |")
    return "\n".join(lines)


def main() -> None:
    options = parse_options()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="auris_benchmark_") as folder:
        bench = Bench(options, Path(folder))
        for part in options.parts or PARTS:
            rows.extend(PARTS[part](bench))
    print(to_markdown(rows))
    if options.json:
        figures = [asdict(row) for row in rows]
        text = json.dumps(figures, indent=2, ensure_ascii=False)
        options.json.write_text(f"{text}\n")


if __name__ == "__main__":
    main()
