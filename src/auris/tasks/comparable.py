"""A table of predictions, read again for a comparison of two runs."""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from auris.tasks.metric import Metric

Row = dict[str, str]


class Comparable(NamedTuple):
    """A metric with all that it reads, and which clips are right where that is the question."""

    name: str
    metric: Metric
    decoded: Tensor  # (N, ...)
    target: Tensor  # (N, ...)
    right: Tensor | None = None  # (N,)


def read_column(rows: Sequence[Row], column: str) -> Tensor:
    """(N,) the numbers of a column."""
    return torch.tensor([float(row[column]) for row in rows])
