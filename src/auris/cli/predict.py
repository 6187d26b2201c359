"""Predictions of recordings, as text, JSON or a table."""

import csv
import json
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from auris.core.errors import UserError
from auris.core.text import clean_cell, clean_text
from auris.inference.predictor import Predictor, find_recordings
from auris.tasks.output import OutputFormat

_TIMES = ("path", "start", "stop")  # of a row


def run(options: Namespace) -> None:
    predictor = Predictor(options.run, options.mix, options.plugins)
    paths = find_recordings(options.recordings)
    failures: list[str] = []
    rows = _predict_all(predictor, paths, options.windows, failures)
    if options.json:
        _write_json(rows)
    elif options.csv:
        _write_csv(rows)
    else:
        write_text(rows, predictor.output)
    if failures:
        raise UserError("; ".join(failures))


def write_text(rows: Iterator[dict[str, Any]], output: OutputFormat) -> None:
    """Print what was found, a line for each thing that people want to know."""
    for row in output.merge_rows(rows):
        times = f"{row['start']:.1f}-{row['stop']:.1f} s"
        words = output.to_words({name: row[name] for name in row if name not in _TIMES})
        said = "  ".join(words)
        if row.get("is_novel"):
            said = f"unlike the training data ({words[0]}?)"
        print(clean_text(f"{row['path']}  {times}  {said}".rstrip()), flush=True)


def _predict_all(
    predictor: Predictor, paths: Iterable[Path], windows: bool, failures: list[str]
) -> Iterator[dict[str, Any]]:
    """The rows of all recordings; one that can't be used is kept for the end, and others go on."""
    for path in paths:
        try:
            yield from predictor.rows(path, windows)
        except UserError as error:
            failures.append(str(error).rstrip("."))


def _write_json(rows: Iterator[dict[str, Any]]) -> None:
    for row in rows:
        print(json.dumps(row, ensure_ascii=False), flush=True)


def _write_csv(rows: Iterator[dict[str, Any]]) -> None:
    table = None
    for row in rows:
        if table is None:
            table = csv.DictWriter(sys.stdout, list(row))
            table.writerow({name: clean_cell(name) for name in row})
        table.writerow({name: clean_cell(value) for name, value in row.items()})
