"""How far off directions are, over all clips and over those of some reverberation time, SNR or distance.

Answers are unit vectors (N, 3); targets (N, 7) are unit vectors, then reverberation time, SNR and distance, or NaN,
and the number of a section.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from math import inf

import torch
from torch import Tensor

from auris.data.clips import CONDITIONS
from auris.tasks.metric import Metric, Share

Seen = Callable[
    [Tensor], Tensor
]  # unit vectors (N, 3) -> those that stand for all which an array can't tell apart


COLUMNS = (*CONDITIONS, "section")  # of targets, behind the vectors


WITHIN = (5, 10, 20)  # degrees


BINS = {  # between whose edges errors are told
    "rt60": (0.0, 0.3, 0.6, 0.9, 1.5, 3.0),
    "snr": (-20.0, -2.5, 2.5, 10.0, 20.0, 40.0),
    "distance": (0.0, 1.0, 2.0, 3.0, 5.0, 10.0),
}


UNITS = {"rt60": "s", "snr": "db", "distance": "m"}


def great_circle(one: Tensor, other: Tensor) -> Tensor:
    """Angles (...) in degrees from 0 to 180 between unit vectors (..., 3).

    Kahan (2006), How futile are mindless assessments of roundoff in floating-point computation?, section 12: exact for
    small angles too, where an arc cosine is not.
    """
    return 2 * torch.atan2((one - other).norm(dim=-1), (one + other).norm(dim=-1)).rad2deg()


class Angular(Metric):
    """A metric of the angles between answers and true directions, of which the array sees what `seen` says.

    Where a condition is named, only clips count for which it is from `low` to below `high`.
    """

    ends = ()  # degrees

    def __init__(
        self, seen: Seen, condition: str | None = None, low: float = -inf, high: float = inf
    ):
        self.seen, self.condition, self.low, self.high = seen, condition, low, high

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counted = self.counted(target)
        return self.pool(
            great_circle(decoded, self.seen(target[:, :3]))[counted], weight[:, counted]
        )

    def counted(self, target: Tensor) -> Tensor:
        """(N,) which clips are looked at."""
        if self.condition is None:
            return torch.ones(len(target), dtype=torch.bool, device=target.device)
        value = target[:, 3 + COLUMNS.index(self.condition)]
        return (value >= self.low) & (value < self.high)

    def count(self, target: Tensor, group: Tensor) -> int:
        return len(group[self.counted(target)].unique())

    @abstractmethod
    def pool(self, error: Tensor, weight: Tensor) -> Tensor:
        """(n,) errors in degrees, (R, n) weights -> (R,)."""


class MeanError(Angular):
    """The mean angle in degrees."""

    best = "min"

    def pool(self, error: Tensor, weight: Tensor) -> Tensor:
        return weight @ error / weight.sum(1)


class MedianError(Angular):
    """The angle in degrees that half of the clips stay below: the middle one, or the lower of the two."""

    best = "min"

    def pool(self, error: Tensor, weight: Tensor) -> Tensor:
        error, order = error.sort()
        total = weight[:, order].cumsum(1)  # (R, n)
        if not len(error):
            return weight.new_full((len(weight),), torch.nan)
        return error[(total < total[:, -1:] / 2).sum(1).clamp_max(len(error) - 1)]


class Within(Share, Angular):
    """The share of clips that are off by no more than `degrees`."""

    def __init__(self, seen: Seen, degrees: float):
        super().__init__(seen)
        self.degrees = degrees

    def pool(self, error: Tensor, weight: Tensor) -> Tensor:
        return weight @ (error <= self.degrees).to(weight) / weight.sum(1)


def direction_metrics(seen: Seen) -> dict[str, Metric]:
    """The metrics over all clips, by name."""
    shares = {f"within_{degrees}": Within(seen, degrees) for degrees in WITHIN}
    return {"mean_error": MeanError(seen), "median_error": MedianError(seen), **shares}


def errors_in_parts(
    seen: Seen, bins: Mapping[str, Sequence[float]], sections: Sequence[str]
) -> dict[str, Metric]:
    """The mean error in each section, or else between each two edges of a condition's bins."""
    if len(sections) > 1:
        return {
            f"mean_error_{name}": MeanError(seen, "section", k, k + 1)
            for k, name in enumerate(sections)
            if name
        }
    return {
        f"mean_error_{name}_{low:g}_to_{high:g}_{UNITS[name]}": MeanError(seen, name, low, high)
        for name, edges in bins.items()
        for low, high in pairwise(edges)
    }


class MeanOfErrors(Metric):
    """The mean over clips of errors (N,) in degrees that are known already."""

    best = "min"
    ends = ()

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return weight @ decoded / weight.sum(1)
