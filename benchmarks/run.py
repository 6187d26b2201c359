"""All benchmarks, one Markdown table of ratios: python benchmarks/run.py [PART ...]"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import epochs
import localization
import rooms
import scoring
import start
import steps
from bench import Bench, Row

PARTS = {
    "steps": steps.rows,
    "epochs": epochs.rows,
    "start": start.rows,
    "scoring": scoring.rows,
    "rooms": rooms.rows,
    "localization": localization.rows,
}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        metavar="PART",
        help=f"of {', '.join(PARTS)}; all where none is given",
    )
    parser.add_argument(
        "--laps",
        type=int,
        default=9,
        help="epochs of each side that count (%(default)s)",
    )
    parser.add_argument(
        "--starts",
        type=int,
        default=5,
        help="processes of each side that count (%(default)s)",
    )
    parser.add_argument(
        "--threads", type=int, help="of torch in each process (its own default)"
    )
    parser.add_argument(
        "--trainer",
        default="cpu",
        choices=("cpu", "default"),
        help="default takes a GPU (%(default)s)",
    )
    parser.add_argument(
        "--peer-python", help="Python of an environment with SpeechBrain and autrainer"
    )
    parser.add_argument("--json", type=Path, help="a file for the figures")
    options = parser.parse_args()
    if unknown := set(options.parts) - set(PARTS):
        parser.error(
            f"there is no part {unknown.pop()}; the parts are {', '.join(PARTS)}"
        )
    return options


def markdown(rows: Sequence[Row]) -> str:
    lines = ["| measured | ratio | goal | medians |", "|---|---|---|---|"]
    for row in rows:
        seconds = ", ".join(
            f"{name} {value:.3g} s" for name, value in row.seconds.items()
        )
        lines.append(f"| {row.measured} | {row.ratio:.2f} | {row.goal} | {seconds} |")
    return "\n".join(lines)


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory(prefix="auris_benchmark_") as folder:
        bench = Bench(options, Path(folder))
        rows = [row for part in options.parts or PARTS for row in PARTS[part](bench)]
    print(markdown(rows))
    if options.json:
        options.json.write_text(
            json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False)
            + "\n"
        )


if __name__ == "__main__":
    main()
