"""All benchmarks, one Markdown table of ratios: python benchmarks/run.py [steps] [epochs] [start]"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import start
from clips import write_clips
from race import HERE, ROOT, race, ratio

PARTS = ("steps", "epochs", "start")
BATCH = 16
TURNS = ("plugins=[take_turns]", "+callbacks.turns._target_=take_turns.TakeTurns")


class Row(NamedTuple):
    """A line of the table."""

    what: str
    ratio: float
    goal: str
    seconds: dict[str, float]  # the median of each side


class Bench:
    """What all parts share: the options, the recordings, a folder for what the runs leave."""

    def __init__(self, options: argparse.Namespace, folder: Path):
        self.options, self.folder, self.laps = options, folder, options.laps
        self.environment = {"AURIS_STORE": str(folder / "store")}
        if options.threads:
            self.environment |= {"OMP_NUM_THREADS": str(options.threads)}

    def words(self, *words: str) -> list[str]:
        """A run on the recordings of the benchmark, without a test at its end."""
        return [
            "data=csv", f"data.table={self.table()}", f"data.batch_size={BATCH}", f"trainer={self.options.trainer}",
            f"paths.outputs={self.folder / 'outputs'}", "test=false", *words, f"trainer.max_epochs={self.laps + 1}",
        ]  # fmt: skip

    def table(self) -> Path:
        table = self.folder / "recordings" / "clips.csv"
        return table if table.is_file() else write_clips(table.parent)

    def auris(self, *words: str) -> list[str]:
        """The command of a run that takes part in a race."""
        return [sys.executable, "train.py", *self.words(*words), *TURNS]

    def steps(self) -> Iterator[Row]:
        """Training steps of the run against those of a bare loop."""
        for model in ("mlp", "cnn"):
            bare = [sys.executable, str(HERE / "bare_loop.py"), *self.words(f"model={model}")]
            times, fallen = race({"bare": bare, "Auris": self.auris(f"model={model}")}, self.environment, self.laps)
            check(fallen)
            sides = {name: [lap["steps"] for lap in laps] for name, laps in times.items()}
            what = f"training steps, model={model}: bare loop / Auris"
            yield Row(what, ratio(sides["bare"], sides["Auris"]), "≥ 0.9", medians(sides))

    def epochs(self) -> Iterator[Row]:
        """Epochs of others against those of the run."""
        times, fallen = race(self.racers(), self.environment, self.laps)
        check({name: reason for name, reason in fallen.items() if name in ("Auris", "usual way")})
        for name, reason in fallen.items():
            print(f"{name} did not run: {reason}", file=sys.stderr)
        sides = {name: [lap["epoch"] for lap in laps] for name, laps in times.items()}
        auris = sides.pop("Auris")
        for name, side in sides.items():
            goal = {"usual way": "≥ 4", "Auris, augment=strong": ""}.get(name, "≥ 1")
            yield Row(f"epoch, model=cnn: {name} / Auris", ratio(side, auris), goal, medians({name: side, "Auris": auris}))

    def racers(self) -> dict[str, list[str]]:
        facts = [str(self.table()), str(BATCH), "cpu" if self.options.trainer == "cpu" else "cuda"]
        racers = {
            "Auris": self.auris("model=cnn", "augment=none"),
            "Auris, augment=strong": self.auris("model=cnn", "augment=strong"),
            "usual way": [sys.executable, str(HERE / "usual_way.py"), *facts],
        }
        if self.options.peer_python:
            for name, script in {"SpeechBrain": "speechbrain_epoch.py", "autrainer": "autrainer_epoch.py"}.items():
                racers[name] = [self.options.peer_python, str(HERE / "peers" / script), *facts]
        return racers

    def start(self) -> Iterator[Row]:
        """The whole process against its imports."""
        source = "real" if (Path(os.environ.get("AURIS_DATA", ROOT / "data")) / "cats_babies").is_dir() else "simulated"
        words = [f"data.source={source}", f"paths.outputs={self.folder / 'outputs'}", f"trainer={self.options.trainer}"]
        spans = start.spans(start.commands(words), self.environment, self.options.starts)
        for kind, goal in {"wall": "≤ 1.5", "processor": ""}.items():
            sides = {name: [getattr(span, kind) for span in side] for name, side in spans.items()}
            what = f"start, {kind} time: train.py, 1 epoch / import torch, lightning"
            yield Row(what, ratio(sides["train.py"], sides["imports"]), goal, medians(sides))


def check(fallen: dict[str, str]) -> None:
    for name, reason in fallen.items():
        sys.exit(f"{name} did not run:\n{reason}")


def medians(sides: dict[str, list[float]]) -> dict[str, float]:
    return {name: median(side) for name, side in sides.items()}


def markdown(rows: list[Row]) -> str:
    lines = ["| measured | ratio | goal | medians |", "|---|---|---|---|"]
    for row in rows:
        seconds = ", ".join(f"{name} {value:.3g} s" for name, value in row.seconds.items())
        lines.append(f"| {row.what} | {row.ratio:.2f} | {row.goal} | {seconds} |")
    return "\n".join(lines)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"which of {', '.join(PARTS)}; all of them by default")
    parser.add_argument("--laps", type=int, default=9, help="epochs of each side that count")
    parser.add_argument("--starts", type=int, default=3, help="processes of each side that count")
    parser.add_argument("--threads", type=int, help="of torch in each process; its own default if not given")
    parser.add_argument("--trainer", default="cpu", help="the option of the group trainer: cpu or default")
    parser.add_argument("--peer-python", help="Python of an environment with speechbrain and autrainer")
    parser.add_argument("--json", type=Path, help="a file to write the figures to")
    options = parser.parse_args()
    options.parts = options.parts or list(PARTS)
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"there is no part {unknown.pop()}; choose from {', '.join(PARTS)}")
    return options


def main() -> None:
    options = parse()
    with tempfile.TemporaryDirectory(prefix="auris_benchmark_") as folder:
        bench = Bench(options, Path(folder))
        rows = [row for part in options.parts for row in getattr(bench, part)()]
    print(markdown(rows))
    if options.json:
        options.json.write_text(json.dumps([row._asdict() for row in rows], indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
