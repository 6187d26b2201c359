"""Some clips of a data set as points: their vectors, and what is known and said of them."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from auris.core.errors import UserError
from auris.core.progress import track_progress
from auris.data.columns import list_columns
from auris.data.dataset import Dataset
from auris.data.loader import Batch
from auris.data.module import AudioDataModule
from auris.features.pooling import MIN_FRAMES, MeanDeviation
from auris.models.embedder import Embedder
from auris.models.instance_based import InstanceBased
from auris.runs.folder import PREDICTIONS
from auris.training.experiment import Experiment
from auris.training.reopen import Reopened
from auris.training.system import System

MIN_CLIPS = 10  # of a map
_SAID = 2  # columns of what a run said: the first ones
_MAX_WORDS = 40  # of a column of the table
_MIN_DEVIATION = 1e-6  # of a number that is no constant


class Space(NamedTuple):
    """What clips are compared by."""

    name: str
    vectors: np.ndarray  # (N, W)


class Points(NamedTuple):
    """N clips of a data set."""

    dataset: Dataset
    index: Tensor  # type: ignore[assignment]  # (N,) which clips of the data set
    spaces: list[Space]
    columns: dict[str, list[Any]]  # N words or numbers each; None: nothing is known


def read_points(experiment: Experiment, clips: int) -> Points:
    """At most so many clips by their features. Raises `UserError` where there are too few."""
    dataset = experiment.dataset
    features = experiment.build_features(dataset.spec)
    data = AudioDataModule(dataset, experiment.seed)
    features.learn(features.raw(batch.wave) for batch in data.full_batch())
    index = sample_clips(dataset, clips)
    rows = [
        summarize(features(batch.wave))
        for batch in _walk(data, index, "Computing features")
    ]
    name = f"features={experiment.choices['features']}"
    space = Space(name, _scale(torch.cat(rows)))
    return Points(dataset, index, [space], describe_clips(dataset, index))


@torch.inference_mode()
def read_run(run: Reopened, clips: int) -> Points:
    """At most so many clips of a run by its features and its embedding, with what it said.

    Of test clips nothing is asked that the run has not been asked before.
    """
    folder, experiment, fitted = run
    dataset = experiment.dataset
    system = fitted.system.cpu().eval()
    index = sample_clips(dataset, clips)
    features = []
    embedding = []
    said: list[dict[str, Any]] = []
    has_tested = (folder / PREDICTIONS.format("test")).is_file()
    data = AudioDataModule(dataset, experiment.seed)
    for batch in _walk(data, index, "Computing features"):
        x = system.clean_features(batch)  # (B, C', F, T')
        features.append(summarize(x))
        if learns_embedding(system):
            embedding.append(system.model.embed(x).flatten(1).float())  # type: ignore[operator]
        said += _say(system, batch, dataset, has_tested)
    name = f"features={experiment.choices['features']}"
    spaces = [Space(name, _scale(torch.cat(features)))]
    if embedding:
        inner = torch.cat(embedding).double().numpy()
        spaces.insert(0, Space(f"embedding of {experiment.choices['model']}", inner))
    columns = describe_clips(dataset, index)
    names = dict.fromkeys(name for row in said for name in row)
    answers = {name: [row.get(name) for row in said] for name in names}
    return Points(dataset, index, spaces, {**columns, **answers})


def learns_embedding(system: System) -> bool:
    """Whether a model makes more of a clip than its features: those that keep clips do not."""
    model = system.model
    return isinstance(model, Embedder) and not isinstance(model, InstanceBased)


def sample_clips(dataset: Dataset, most: int) -> Tensor:
    """(N,) all clips, or evenly spaced ones of each label and split, in proportion."""
    total = len(dataset.clips)
    if total < MIN_CLIPS:
        raise UserError(
            f"A map needs {MIN_CLIPS} clips or more, and there are {total}."
        )
    if total <= most:
        return torch.arange(total)
    strata: dict[tuple[str, str], list[int]] = defaultdict(list)
    for at, (clip, split, _) in enumerate(dataset.clips):
        strata[clip.label, split].append(at)
    in_order = [at for _, own in sorted(strata.items()) for at in own]
    places = torch.linspace(0, total - 1, most).long()
    return torch.tensor(in_order)[places].sort().values


def summarize(x: Tensor) -> Tensor:
    """Features (B, ..., T') as a vector a clip (B, W): mean, deviation and change over time."""
    if x.shape[-1] < MIN_FRAMES:
        return x.flatten(1)
    return MeanDeviation()(x)


def describe_clips(dataset: Dataset, index: Tensor) -> dict[str, list[Any]]:
    """What the data set says of clips (N,), in columns of few words or of numbers."""
    clips = [dataset.clips[at] for at in index.tolist()]
    columns: dict[str, list[Any]] = {
        "label": [clip.label for clip, _, _ in clips],
        "set": [split or None for _, split, _ in clips],
    }
    for name in list_columns(clip for clip, _, _ in clips):
        values = _read_cells([clip.cell(name) for clip, _, _ in clips])
        words = words_of(values)
        if words is None or len(words) <= _MAX_WORDS:
            columns[name] = values
    return columns


def _read_cells(cells: Sequence[str]) -> list[Any]:
    """The cells of a column as numbers where all are some, else as words; None where blank."""
    try:
        return [float(cell) if cell else None for cell in cells]
    except ValueError:
        return [cell or None for cell in cells]


def _walk(data: AudioDataModule, index: Tensor, title: str) -> Iterator[Batch]:
    """The clips (N,) in batches."""
    loader = data.split_loader(index)
    for step in track_progress(loader, title, len(loader)):
        yield from step


def _say(
    system: System, batch: Batch, dataset: Dataset, has_tested: bool
) -> list[dict[str, Any]]:
    """What a run says of each clip; nothing of a test set that it has not opened."""
    task = system.task
    decoded, target, index, _ = system.predict_batch(batch)
    right = task.view.right_answers(decoded, target)
    error = task.error(decoded, target).tolist()
    rows: list[dict[str, Any]] = []
    for at, clip in enumerate(index.tolist()):
        if dataset.clips[clip].split == "test" and not has_tested:
            rows.append({})
            continue
        row = task.output.to_row(decoded[at], target[at])
        said: dict[str, Any] = dict(list(row.items())[:_SAID])
        if right is not None:
            said["answer"] = "right" if right[at] else "wrong"
        rows.append({**said, "error": error[at]})
    return rows


def _scale(vectors: Tensor) -> np.ndarray:
    """Vectors (N, W) whose numbers have mean 0 and deviation 1; constants stay 0."""
    x = vectors.double().numpy()
    deviation = x.std(0)
    return (x - x.mean(0)) / np.where(deviation > _MIN_DEVIATION, deviation, 1)


def words_of(values: Sequence[Any]) -> list[str] | None:
    """The different words of a column, in order; None for one of numbers with a fraction."""
    known = [value for value in values if value is not None]
    if any(isinstance(value, float) for value in known):
        return None
    return [str(value) for value in sorted(set(known))]
