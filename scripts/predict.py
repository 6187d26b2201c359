"""What is it? python scripts/predict.py outputs/cats_babies/mlp/latest recording.wav folder/of/recordings"""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import groupby
from typing import Any

from auris.core.errors import Parser, UserError
from auris.core.explain import plain_errors

TIMES = ("path", "start", "stop")  # of a row
ALARM = {"yes": "ALARM", "no": ""}  # as text


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
        help="an answer for each window of a long recording (of anomalies and directions there always is)",
    )
    parser.add_argument(
        "--mix", action="store_true", help="average the channels of a recording that has several"
    )
    parser.add_argument(
        "--plugins", nargs="*", default=[], help="packages of yours that the run's model is from"
    )
    options = parser.parse_args()
    from auris.inference.predictor import Predictor, find_recordings

    predictor = Predictor(options.run, options.mix, options.plugins)
    paths = find_recordings(options.recordings)
    write_words = partial(write_text, words=predictor.reading.words)
    write = write_json if options.json else write_csv if options.csv else write_words
    failures: list[str] = []
    write(answers(predictor, paths, options.windows, failures))
    if failures:
        raise UserError("; ".join(failures))


def answers(predictor, paths, windows: bool, failures: list[str]) -> Iterator[dict[str, Any]]:
    """The rows of all recordings; one that can't be used is kept for the end, and the others go on."""
    from auris.inference.predictor import row, summary

    for path in paths:
        try:
            if windows or predictor.reading.timeline:
                yield from (row(answer, predictor.reading) for answer in predictor(path))
            else:
                yield summary(list(predictor(path)), predictor.reading)
        except UserError as error:
            failures.append(str(error).rstrip("."))


def write_text(
    rows: Iterator[dict[str, Any]], words: Callable[[dict[str, Any]], list[str]]
) -> None:
    for row in stretches(rows):
        told = words({name: value for name, value in row.items() if name not in TIMES})
        said = f"unlike the training data ({told[0]}?)" if row.get("is_novel") else "  ".join(told)
        print(f"{row['path']}  {row['start']:.1f}-{row['stop']:.1f} s  {said}".rstrip(), flush=True)


def stretches(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows for people: an alarm that lasts is one of them, and so is the quiet between two; with the highest score."""
    for (_, alarm), alike in groupby(rows, key=lambda row: (row["path"], row.get("alarm"))):
        if alarm is None:
            yield from alike
            continue
        several = list(alike)
        highest = max(several, key=lambda row: row["score"])
        times = {"start": several[0]["start"], "stop": several[-1]["stop"]}
        yield {
            **highest,
            **times,
            "score": f"score up to {highest['score']:.2f}",
            "alarm": ALARM[alarm],
        }


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
