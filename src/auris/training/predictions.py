"""The one LightningModule, and `build`, the one place where a configuration becomes objects."""

from typing import NamedTuple

from torch import Tensor


class Answers(NamedTuple):
    """What a model said of a whole set of clips."""

    decoded: Tensor  # (N, ...)
    target: Tensor  # (N, ...)
    index: Tensor  # type: ignore[assignment]  # (N,) which clips
    loss: Tensor  # (N,)
