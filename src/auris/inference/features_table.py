"""The features of every clip in numbers with names, for eyes and for other programs."""

from collections.abc import Iterator
from typing import Any

import torch
from omegaconf import DictConfig

from auris.core.errors import UserError
from auris.training.build import make_features
from auris.training.setup import open_data


@torch.inference_mode()
def rows(cfg: DictConfig) -> Iterator[list[Any]]:
    """A header, then a row for each clip: its recording, label and set, and its features in their own units.

    Raises `UserError` where the features of a clip are not a vector of numbers with names.
    """
    data = open_data(cfg)
    features = make_features(cfg.features, data.spec)
    names = getattr(features.transform, "names", None)
    if names is None:
        raise UserError(
            "These features have no names; choose features=statistics or features=piczak."
        )
    yield ["path", "label", "set", *names]
    for step in data.loader(torch.arange(len(data.clips))):
        for batch in step:
            for index, vector in zip(
                batch.index.tolist(), features.raw(batch.wave).flatten(1).tolist(), strict=True
            ):
                clip, name, _ = data.clips[index]
                yield [clip.path, clip.label, name, *(f"{value:.6g}" for value in vector)]
