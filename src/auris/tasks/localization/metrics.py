"""How far off directions are, over all clips and over those of some condition.

Decoded outputs are unit vectors (N, 3); targets (N, 7) are unit vectors, then reverberation time,
SNR and distance, or NaN, and the number of a section.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import inf
from typing import final

import torch
from torch import Tensor

from auris.tasks.localization.targets import CONDITIONS
from auris.tasks.metric import Metric, Proportion

# unit vectors (N, 3) -> those that stand for all which an array can't tell apart
Fold = Callable[[Tensor], Tensor]

BINS = {  # between whose edges errors are told
    "rt60": (0.0, 0.3, 0.6, 0.9, 1.5, 3.0),
    "snr": (-20.0, -2.5, 2.5, 10.0, 20.0, 40.0),
    "distance": (0.0, 1.0, 2.0, 3.0, 5.0, 10.0),
}
_COLUMNS = (*CONDITIONS, "section")  # of targets, behind the vectors
_TOLERANCES = (5, 10, 20)  # degrees
_UNITS = {"rt60": "s", "snr": "db", "distance": "m"}


def great_circle(one: Tensor, other: Tensor) -> Tensor:
    """Angles (...) in degrees from 0 to 180 between unit vectors (..., 3).

    Kahan (2006), How futile are mindless assessments of roundoff in floating-point computation?,
    section 12: exact for small angles too, where an arc cosine is not.
    """
    difference = (one - other).norm(dim=-1)
    total = (one + other).norm(dim=-1)
    return 2 * torch.atan2(difference, total).rad2deg()


class AngularMetric(Metric):
    """A metric of the angles between predicted and true directions.

    Args:
        fold: what the array can tell of directions.
        condition: only clips count for which it is from `low` to below `high`; None: all.
    """

    bounds = ()  # degrees

    def __init__(
        self,
        fold: Fold,
        condition: str | None = None,
        low: float = -inf,
        high: float = inf,
    ):
        self.fold = fold
        self.condition = condition
        self.low = low
        self.high = high

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counted = self.is_counted(target)
        error = great_circle(decoded, self.fold(target[:, :3]))  # (N,)
        return self.pool_errors(error[counted], weight[:, counted])

    def is_counted(self, target: Tensor) -> Tensor:
        """(N,) which clips are looked at."""
        if self.condition is None:
            return torch.ones(len(target), dtype=torch.bool, device=target.device)
        value = target[:, 3 + _COLUMNS.index(self.condition)]
        return (value >= self.low) & (value < self.high)

    def count_groups(self, target: Tensor, group: Tensor) -> int:
        return len(group[self.is_counted(target)].unique())

    @abstractmethod
    def pool_errors(self, error: Tensor, weight: Tensor) -> Tensor:
        """(n,) errors in degrees, (R, n) weights -> (R,)."""


@final
class MeanError(AngularMetric):
    """The mean angle in degrees."""

    best = "min"

    def pool_errors(self, error: Tensor, weight: Tensor) -> Tensor:
        return weight @ error / weight.sum(1)


@final
class MedianError(AngularMetric):
    """The angle in degrees that half of the clips stay below; of two in the middle their mean."""

    best = "min"

    def pool_errors(self, error: Tensor, weight: Tensor) -> Tensor:
        if not len(error):
            return weight.new_full((len(weight),), torch.nan)
        error, order = error.sort()
        total = weight[:, order].cumsum(1)  # (R, n)
        half = total[:, -1:] / 2
        last = len(error) - 1
        lower = (total < half).sum(1).clamp_max(last)  # (R,)
        upper = (total <= half).sum(1).clamp_max(last)
        return (error[lower] + error[upper]) / 2


@final
class WithinTolerance(Proportion, AngularMetric):
    """The fraction of clips that are off by no more than `degrees`."""

    def __init__(self, fold: Fold, degrees: float):
        super().__init__(fold)
        self.degrees = degrees

    def pool_errors(self, error: Tensor, weight: Tensor) -> Tensor:
        within = (error <= self.degrees).to(weight)
        return weight @ within / weight.sum(1)


@final
class MeanOfErrors(Metric):
    """The mean over clips of errors (N,) in degrees that are known already."""

    best = "min"
    bounds = ()

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return weight @ decoded / weight.sum(1)


def direction_metrics(fold: Fold) -> dict[str, Metric]:
    """The metrics over all clips, by name."""
    metrics: dict[str, Metric] = {
        "mean_error": MeanError(fold),
        "median_error": MedianError(fold),
    }
    for degrees in _TOLERANCES:
        metrics[f"within_{degrees}"] = WithinTolerance(fold, degrees)
    return metrics


def errors_in_parts(
    fold: Fold, bins: Mapping[str, Sequence[float]], sections: Sequence[str]
) -> dict[str, Metric]:
    """The mean error in each section, or else between each two edges of a condition's bins."""
    if len(sections) > 1:
        return {
            f"mean_error_{name}": MeanError(fold, "section", k, k + 1)
            for k, name in enumerate(sections)
            if name
        }
    metrics: dict[str, Metric] = {}
    for condition, edges in bins.items():
        for low, high in pairwise(edges):
            part = f"{condition}_{low:g}_to_{high:g}_{_UNITS[condition]}"
            metrics[f"mean_error_{part}"] = MeanError(fold, condition, low, high)
    return metrics
