"""Simulated meetings, and how well who spoke when is found in them."""

import json
from argparse import Namespace
from pathlib import Path
from typing import Any

from auris.core.files import write_atomically
from auris.core.instantiate import Factory, to_plain
from auris.core.places import find_folder
from auris.core.text import markdown_table
from auris.data.turns import Turn
from auris.diarization.benchmark import (
    Estimate,
    Scored,
    always_one,
    count_right,
    score_answer,
    tabulate_scores,
    write_meetings,
)
from auris.diarization.configuration import PLAIN, build_diarizer, compose_tree

_FOLDER = "meetings"

Answers = dict[str, list[Scored]]


def run(options: Namespace) -> None:
    node = compose_tree("meetings", options.settings)
    root = Path(options.to) if options.to else find_folder("outputs") / _FOLDER
    simulator = Factory(options.plugins).make(node)
    paths = write_meetings(simulator, to_plain(node), options.count, root)
    print(f"Meetings: {paths[0].parent}")
    if not options.simulate_only:
        scores = _answer_all(paths, options)
        print(_format_table(scores))
        about = {"settings": to_plain(node), "stages": options.stages}
        _write_record(about, scores, paths[0].parent / "errors.json")


def _answer_all(paths: list[Path], options: Namespace) -> Answers:
    """Errors of the stages, and of plain answers beside them, by name."""
    stages = build_diarizer(options.stages, options.plugins)
    plain = build_diarizer(PLAIN)
    scores: Answers = {"stages": [], "energy and MFCC": [], "always one speaker": []}
    for path in paths:
        found = stages(path)
        turns: dict[str, list[Turn]] = {
            "stages": found.turns,
            "energy and MFCC": plain(path).turns,
            "always one speaker": always_one(found),
        }
        for name, answer in turns.items():
            scores[name].append(score_answer(path, answer))
        last = scores["stages"][-1].strict
        print(
            f"{path.name}: DER {100 * last.error_rate:.1f} %, "
            f"{last.found} of {last.speakers} speakers",
            flush=True,
        )
    return scores


def _format_table(scores: Answers) -> str:
    """A table of Markdown, with 95 % intervals over recordings."""
    tables = {name: tabulate_scores(own) for name, own in scores.items()}
    names = list(next(iter(tables.values())))
    rows = []
    for name, table in tables.items():
        own = scores[name]
        right = f"{count_right(own)} of {len(own)}"
        rows.append([name, *map(_format_estimate, table.values()), right])
    return markdown_table(["", *names, "right number"], rows)


def _format_estimate(estimate: Estimate) -> str:
    value, low, high = (f"{100 * number:.1f}" for number in estimate)
    return f"{value} % [{low}, {high}]"


def _write_record(about: dict[str, Any], scores: Answers, path: Path) -> None:
    errors = {
        name: [
            {"strict": score.strict._asdict(), "lenient": score.lenient._asdict()}
            for score in own
        ]
        for name, own in scores.items()
    }
    write_atomically(path, json.dumps({**about, "errors": errors}, indent=1))
    print(f"Errors: {path}")
