"""How good a trained system is on a split: predictions, metrics with intervals, the constant
baseline.
"""

import math
from pathlib import Path
from typing import Any, NamedTuple

import torch
import torch.distributed as dist
from torch import Tensor

from auris.core.log import info
from auris.core.progress import track_progress
from auris.data.clips import Clip
from auris.data.dataset import Dataset
from auris.runs.ledger import (
    accesses_to,
    outputs_of,
    record_access,
    record_result,
    summarize_accesses,
)
from auris.runs.predictions import write_predictions
from auris.tasks.inspection import Inspection
from auris.tasks.metric import Estimate
from auris.tasks.predictions import Predictions
from auris.tasks.task import Task
from auris.training.experiment import Experiment
from auris.training.fit import Fitted
from auris.training.predictions import gather_predictions, is_distributed
from auris.training.system import System

Scores = dict[str, Any]

_SHOWN = 6  # of the worst clips


class Evaluated(NamedTuple):
    """What came out on one split."""

    split: str
    predictions: Predictions
    scores: Scores


@torch.inference_mode()
def predict_split(fitted: Fitted, split: str) -> Predictions:
    """What the chosen weights make of all clips of a split, whatever the trainer was told to
    skip.
    """
    system = fitted.system.to(fitted.data.device).eval()
    rank, world_size = _process()
    loader = fitted.data.split_loader(
        fitted.data.dataset.indices(split), rank, world_size
    )
    with fitted.precision():
        batches = [
            system.predict_batch(batch.to(system.device))
            for step in track_progress(
                loader, f"Predicting the {split} clips", len(loader)
            )
            for batch in step
        ]
    predictions = gather_predictions(batches)
    inspection = inspect(system, fitted.data.dataset, split, predictions)
    decoded = system.task.complete(inspection).cpu()
    system.cpu()
    return predictions._replace(decoded=decoded)


def calibrate(fitted: Fitted) -> Predictions:
    """Fix what validation clips decide besides the epoch, such as a threshold.

    Returns the predictions to them.
    """
    fitted.system.fit_memory(fitted.data.full_batch())
    predictions = predict_split(fitted, "val")
    decoded = fitted.system.task.calibrate(
        predictions.decoded,
        predictions.target,
        fitted.data.dataset.groups_of(predictions.index),
    )
    return predictions._replace(decoded=decoded)


def evaluate(
    fitted: Fitted, split: str, predictions: Predictions, table: Path | None = None
) -> Evaluated:
    """Score the predictions to a split, say what comes out, and write what was said of each
    clip.
    """
    task = fitted.system.task
    dataset = fitted.data.dataset
    scores = score(task, predictions, dataset)
    if fitted.trainer.is_global_zero:
        print_scores(split, scores, list(task.metrics()), dataset.collection.origin)
        if limitation := task.limitation():
            info(limitation)
        if table:
            write_predictions(table, predictions, dataset, task)
    return Evaluated(split, predictions, scores)


def test(
    experiment: Experiment,
    fitted: Fitted,
    folder: Path,
    table: Path | None = None,
    again: bool = True,
) -> Evaluated:
    """Open the test set, which is written down in the ledger, and say how often that was done.

    Args:
        again: whether a run that has opened it opens it once more, or goes on where it was ended.
    """
    dataset = experiment.dataset
    outputs = outputs_of(folder)
    settings = experiment.settings
    access = record_access(folder, experiment.data_name, settings, dataset, again)
    evaluated = evaluate(fitted, "test", predict_split(fitted, "test"), table)
    record_result(outputs, access, evaluated.scores["metrics"])
    if summary := summarize_accesses(accesses_to(outputs, dataset.test_set)):
        info(summary)
    return evaluated


def score(task: Task, predictions: Predictions, dataset: Dataset) -> Scores:
    """All metrics of the task, each with its interval, beside those of the constant baseline."""
    decoded, target, index, loss = predictions
    metrics = {**task.metrics(), **task.breakdown()}
    constant = task.constant_prediction(train_target(dataset), decoded)
    group = dataset.groups_of(index)
    estimates = {
        name: metric.estimate(decoded, target, group=group)
        for name, metric in metrics.items()
    }
    return {
        "clips": len(target),
        "loss": loss[task.loss_mask(target)].mean().item(),
        "metrics": {name: estimate._asdict() for name, estimate in estimates.items()},
        "best": {name: metric.best for name, metric in metrics.items()},
        "constant_baseline": {
            name: metric.value(constant, target) for name, metric in metrics.items()
        },
    }


def inspect(
    system: System, dataset: Dataset, split: str, predictions: Predictions
) -> Inspection:
    """What plots and sounds may see of a split."""
    index = predictions.index
    trained = dataset.indices("train")

    def clip_of(number: Tensor) -> tuple[Clip, Tensor]:
        return dataset.clips[int(number)].clip, dataset.wave_of(int(number))

    return Inspection(
        split=split,
        spec=dataset.spec,
        features=system.features,
        model=system.model,
        predictions=predictions,
        group=dataset.groups_of(index),
        train_target=train_target(dataset),
        clip=lambda at: clip_of(index[at]),
        train_clip=lambda at: clip_of(trained[at]),
    )


def train_target(dataset: Dataset) -> Tensor:
    """(n, ...) the targets of the training clips."""
    return dataset.target[dataset.indices("train")]


def most_wrong(task: Task, predictions: Predictions) -> list[int]:
    """Which of the predictions are shown as the worst, the worst first."""
    error = task.error(predictions.decoded, predictions.target)
    return error.argsort(descending=True)[:_SHOWN].tolist()


def peak_normalize(wave: Tensor) -> Tensor:
    """The first channel of (C, T) at full scale, (T,)."""
    return wave[0] / wave[0].abs().max().clamp_min(1e-9)


def print_scores(split: str, scores: Scores, shown: list[str], origin: str) -> None:
    """Print some of the scores as a small table, with a warning where the data was simulated."""
    note = simulated_note(origin)
    metrics = scores["metrics"]
    known = [name for name in metrics if not math.isnan(metrics[name]["value"])]
    clips = f"{split}: {scores['clips']} clips"
    if not known:
        info(
            f"{clips}, with a loss of {scores['loss']:.3f}; no metric has a value{note}"
        )
        return
    info(
        f"{clips}, with 95 % intervals over n groups of them, and a constant answer{note}"
    )
    listed = [name for name in known if name in shown]
    width = max([18, *map(len, listed)])
    for name in listed:
        estimate = Estimate(**metrics[name])
        told = estimate if estimate.has_interval else f"{estimate.value:.3f}"
        constant = scores["constant_baseline"][name]
        info(f"  {name:<{width}} {told}   (n = {estimate.n}, constant {constant:.3f})")
    if more := len(known) - len(listed):
        info(f"  and {more} of parts of the clips, in the result and the report")


def simulated_note(origin: str) -> str:
    """What stands behind a result on simulated data."""
    return "  ** SIMULATED DATA, not recordings **" if origin == "simulated" else ""


def _process() -> tuple[int, int]:
    """Which of the connected processes this is, and of how many."""
    return (dist.get_rank(), dist.get_world_size()) if is_distributed() else (0, 1)
