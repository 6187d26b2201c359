"""The features of every clip in numbers with names, for eyes and for other programs."""

from collections.abc import Iterator
from typing import Any

import torch

from auris.core.errors import UserError
from auris.core.progress import track_progress
from auris.data.module import AudioDataModule
from auris.training.experiment import Experiment


@torch.inference_mode()
def feature_rows(experiment: Experiment) -> Iterator[list[Any]]:
    """A header, then a row for each clip: its recording, label and set, and its features in
    their own units.

    Raises `UserError` where the features of a clip are not a vector of numbers with names.
    """
    dataset = experiment.dataset
    features = experiment.build_features(dataset.spec)
    names = getattr(features.transform, "names", None)
    if names is None:
        raise UserError(
            "These features have no names; choose features=statistics or features=piczak."
        )
    yield ["path", "label", "set", *names]
    loader = AudioDataModule(dataset).split_loader(torch.arange(len(dataset.clips)))
    for step in track_progress(loader, "Computing features", len(loader)):
        for batch in step:
            for index, vector in zip(
                batch.index.tolist(),
                features.raw(batch.wave).flatten(1).tolist(),
                strict=True,
            ):
                clip, name, _ = dataset.clips[index]
                yield [
                    clip.path,
                    clip.label,
                    name,
                    *(f"{value:.6g}" for value in vector),
                ]
