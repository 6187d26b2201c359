"""What may be looked at after a split was predicted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from torch import Tensor, nn

from auris.data.clips import Clip
from auris.data.spec import Spec
from auris.features.standardize import Standardized
from auris.tasks.predictions import Predictions


@final
@dataclass(frozen=True)
class Inspection:
    """One split, predicted: all that plots and sounds of a task may see."""

    split: str
    spec: Spec
    features: Standardized
    model: nn.Module
    predictions: Predictions  # to N clips
    group: Tensor  # (N,) which of them belong together
    train_target: Tensor  # (n, ...) of the training clips
    clip: Callable[[int], tuple[Clip, Tensor]]  # of a prediction, with its wave (C, T)
    train_clip: Callable[[int], tuple[Clip, Tensor]]  # the same of the training clips
