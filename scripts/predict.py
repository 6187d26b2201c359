"""What is it? python scripts/predict.py outputs/cats_babies/mlp/latest recording.wav folder/of/recordings"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from auris.core.errors import Parser, UserError
from auris.core.explain import plain_errors

TIMES = ("path", "start", "stop")  # of a row


def main() -> None:
    parser = Parser(description=__doc__)
    parser.add_argument(
        "run", help="folder of a finished run, or a file that export.py wrote of one"
    )
    parser.add_argument("recordings", nargs="+", help="audio files, or folders of them")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON object a line")
    form.add_argument("--csv", action="store_true", help="a table with a header")
    parser.add_argument(
        "--windows",
        action="store_true",
        help="an answer for each window of a long recording "
        "(of anomalies and directions there always is)",
    )
    parser.add_argument(
        "--mix",
        action="store_true",
        help="average the channels of a recording that has several",
    )
    parser.add_argument(
        "--plugins",
        nargs="*",
        default=[],
        help="packages of yours that the run's model is from",
    )
    options = parser.parse_args()
    from auris.inference.predictor import Predictor, find_recordings

    predictor = Predictor(options.run, options.mix, options.plugins)
    paths = find_recordings(options.recordings)
    failures: list[str] = []
    rows = predict_all(predictor, paths, options.windows, failures)
    if options.json:
        write_json(rows)
    elif options.csv:
        write_csv(rows)
    else:
        write_text(rows, predictor.output)
    if failures:
        raise UserError("; ".join(failures))


def predict_all(
    predictor: Any, paths: Iterable[Path], windows: bool, failures: list[str]
) -> Iterator[dict[str, Any]]:
    """The rows of all recordings; one that can't be used is kept for the end, and others go on."""
    for path in paths:
        try:
            yield from predictor.rows(path, windows)
        except UserError as error:
            failures.append(str(error).rstrip("."))


def write_text(rows: Iterator[dict[str, Any]], output: Any) -> None:
    for row in output.merge_rows(rows):
        times = f"{row['start']:.1f}-{row['stop']:.1f} s"
        words = output.to_words({name: row[name] for name in row if name not in TIMES})
        said = (
            f"unlike the training data ({words[0]}?)"
            if row.get("is_novel")
            else "  ".join(words)
        )
        print(f"{row['path']}  {times}  {said}".rstrip(), flush=True)


def write_json(rows: Iterator[dict[str, Any]]) -> None:
    for row in rows:
        print(json.dumps(row, ensure_ascii=False), flush=True)


def write_csv(rows: Iterator[dict[str, Any]]) -> None:
    table = None
    for row in rows:
        if table is None:
            table = csv.DictWriter(sys.stdout, list(row))
            table.writeheader()
        table.writerow(row)


if __name__ == "__main__":
    with plain_errors():
        main()
