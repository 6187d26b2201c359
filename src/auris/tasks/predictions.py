"""What a model says of many clips."""

from typing import NamedTuple

from torch import Tensor


class Predictions(NamedTuple):
    """The decoded outputs to the N clips of a split, beside what is true."""

    decoded: Tensor  # (N, ...)
    target: Tensor  # (N, ...)
    index: Tensor  # type: ignore[assignment]  # (N,) which clips of the data set
    loss: Tensor  # (N,)
