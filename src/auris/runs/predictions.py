"""Tables of what was said of each clip, read again: the main metric of a run without the run."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from auris.core.errors import UserError
from auris.data.module import AudioData
from auris.runs.find import Run
from auris.runs.folder import PREDICTIONS
from auris.tasks.classification.metrics import Accuracy, Auroc
from auris.tasks.metric import Metric
from auris.tasks.reconstruction.metrics import ExplainedVariance
from auris.training.predictions import Answers
from auris.training.system import System


def write_predictions(path: Path, answers: Answers, data: AudioData, system: System) -> None:
    """Write a table of what was said of each clip, the worst first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = list(predictions(answers, data, system))
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(sorted(rows, key=lambda row: -row["error"]))


def predictions(answers: Answers, data: AudioData, system: System) -> Iterator[dict[str, Any]]:
    errors = system.task.error(answers.decoded, answers.target).tolist()
    for decoded, target, index, error in zip(
        answers.decoded, answers.target, answers.index.tolist(), errors, strict=True
    ):
        clip = data.clips[index][0]
        yield {
            "clip": index,
            "path": clip.path,
            "group": clip.group,
            "label": clip.label,
            "error": round(error, 6),
            **system.task.answer(decoded, target),
        }


Row = dict[str, str]


class Figure(NamedTuple):
    """A metric with all that it reads: what was said of clips (N, ...), and what is true."""

    name: str
    metric: Metric
    decoded: Tensor
    target: Tensor


def read_predictions(folder: Path, name: str) -> list[Row]:
    """What a run said of each clip of a set, in the order of the clips."""
    path = folder / PREDICTIONS.format(name)
    if not path.is_file():
        raise UserError(
            f"{folder} holds no predictions of its {name} clips; the other set can be had with --set."
        )
    with path.open(newline="", encoding="utf-8") as file:
        return sorted(csv.DictReader(file), key=lambda row: int(row["clip"]))


def check_same_clips(first: list[Row], second: list[Row]) -> None:
    """Raise `UserError` unless both tables tell of the same clips, wherever these are."""
    one, other = (
        [(Path(row["path"]).name, row["group"], row["label"]) for row in table]
        for table in (first, second)
    )
    if one != other:
        shared = sum((Counter(one) & Counter(other)).values())
        raise UserError(
            f"The runs were not tried on the same clips ({shared} are shared, of {len(one)} and "
            f"{len(other)}); compare runs of one data set and fold."
        )


def figure(rows: list[Row], run: Run) -> Figure:
    """The main metric of a run with what its table tells. Each task has a column of its own, which says what it is."""
    for column, read in READERS.items():
        if column in rows[0]:
            return read(rows, run)
    raise UserError(f"The predictions of {run.folder} hold nothing that can be compared.")


def read_classes(rows: list[Row], run: Run) -> Figure:
    right = torch.tensor([int(row["class"] == row["label"]) for row in rows])
    return Figure("accuracy", Accuracy(), one_hot(right, 2), torch.ones_like(right))


def read_scores(rows: list[Row], run: Run) -> Figure:
    score, normal = numbers(rows, "score"), str(run.settings["data.normal"])
    return Figure(
        "auroc",
        Auroc(),
        torch.stack([-score, score], 1),
        torch.tensor([int(row["label"] != normal) for row in rows]),
    )


def read_errors(rows: list[Row], run: Run) -> Figure:
    error = numbers(rows, "mean_squared_error")
    power = error / (1 - numbers(rows, "explained_variance")).clamp_min(1e-6)
    return Figure(
        "explained_variance",
        ExplainedVariance(),
        torch.stack([error, power], 1),
        torch.zeros(len(rows)),
    )


class MeanError(Metric):
    """The mean over clips of errors (N,) that are known already."""

    best, ends = "min", ()

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return weight @ decoded / weight.sum(1)


def read_directions(rows: list[Row], run: Run) -> Figure:
    return Figure("mean_error", MeanError(), numbers(rows, "error"), torch.zeros(len(rows)))


READERS: dict[str, Callable[[list[Row], Run], Figure]] = {
    "class": read_classes,
    "azimuth": read_directions,
    "score": read_scores,
    "mean_squared_error": read_errors,
}


def numbers(rows: list[Row], column: str) -> Tensor:
    return torch.tensor([float(row[column]) for row in rows])
