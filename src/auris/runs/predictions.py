"""Tables of what was said of each clip, written and read again."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from auris.core.errors import UserError
from auris.core.files import load_rows
from auris.core.instantiate import Factory
from auris.data.dataset import Dataset
from auris.runs.find import Run
from auris.runs.folder import PREDICTIONS
from auris.tasks.comparable import Comparable, Row
from auris.tasks.predictions import Predictions
from auris.tasks.task import Task


def write_predictions(
    path: Path, predictions: Predictions, dataset: Dataset, task: Task
) -> None:
    """Write a table of what was said of each clip, the worst first."""
    rows = list(_rows(predictions, dataset, task))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(sorted(rows, key=lambda row: -row["error"]))


def read_predictions(folder: Path, split: str) -> list[Row]:
    """What a run said of each clip of a split, in the order of the clips."""
    path = folder / PREDICTIONS.format(split)
    if not path.is_file():
        raise UserError(
            f"{folder} holds no predictions of its {split} clips; "
            "the other set can be had with --set."
        )
    rows = load_rows(path)
    if not rows:
        raise UserError(f"{path} is damaged: it has no rows.")
    try:
        return sorted(rows, key=lambda row: int(row["clip"]))
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} is damaged: it does not number its clips.") from error


def check_same_clips(first: Sequence[Row], second: Sequence[Row]) -> None:
    """Raise `UserError` unless both tables tell of the same clips, wherever these are."""
    one = _clip_names(first)
    other = _clip_names(second)
    if one != other:
        shared = sum((Counter(one) & Counter(other)).values())
        raise UserError(
            f"The runs were not tried on the same clips ({shared} are shared, of {len(one)} and "
            f"{len(other)}); compare runs of one data set and fold."
        )


def read_comparable(
    run: Run, rows: Sequence[Row], plugins: Sequence[str] = ()
) -> Comparable:
    """The main metric of a run with what its table tells, as the task of the run reads it."""
    task = Factory(plugins).allowed_class(
        str(run.settings.get("task._target_")), "task"
    )
    if not issubclass(task, Task):
        raise UserError(
            f"The run in {run.folder} has no task whose predictions can be compared."
        )
    return task.comparable(rows, run.settings)


def _rows(
    predictions: Predictions, dataset: Dataset, task: Task
) -> Iterator[dict[str, Any]]:
    errors = task.error(predictions.decoded, predictions.target)
    output = task.output
    for at, index in enumerate(predictions.index.tolist()):
        clip = dataset.clips[index].clip
        yield {
            "clip": index,
            "path": clip.path,
            "group": clip.group,
            "label": clip.label,
            "error": round(float(errors[at]), 6),
            **output.to_row(predictions.decoded[at], predictions.target[at]),
        }


def _clip_names(rows: Sequence[Row]) -> list[tuple[str, str, str]]:
    return [(Path(row["path"]).name, row["group"], row["label"]) for row in rows]
