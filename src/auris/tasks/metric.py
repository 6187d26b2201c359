"""How good predictions are, and how sure that is.

A metric is a function of decoded outputs (N, ...), targets (N, ...) and weights (R, N) to values
(R,). With all weights 1 it is the metric; with the counts of R resamples of the clips it is the
bootstrap of its interval. One formula thus gives both, a thousand resamples in a few
milliseconds, which torchmetrics' BootStrapper, a copy of the metric for each, can't; the tests
hold every metric against torchmetrics.
"""

from abc import ABC, abstractmethod
from math import isclose, isnan, nan
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor

_CHUNK_SIZE = 20_000_000  # weights held at a time
_Z = 1.959964  # the normal quantile of a two-sided 95 % interval
_ENDS = (0.025, 0.975)  # quantiles of a 95 % interval
# the range of n values holds their median in 1 - 2^(1 - n) of all cases: of 5 in 94 %,
# of 4 in 88 %, so that no resampling of fewer can give an interval of 95 %
MIN_GROUPS = 5
_ROUNDING = 1e-5  # below which resamples are the same
_MIN_TRIALS = 2  # of a fraction


class Estimate(NamedTuple):
    """A value and the ends of its 95 % interval over clips; NaN where there are too few."""

    value: float
    low: float
    high: float
    n: int  # groups of clips that decide it

    @property
    def has_interval(self) -> bool:
        return not isnan(self.low)

    def __str__(self) -> str:
        if self.has_interval:
            return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"
        return f"{self.value:.3f} (n = {self.n})"


class Metric(ABC):
    """A metric over a whole split of clips."""

    best: ClassVar[str] = "max"  # or "min", where it tells how wrong predictions are
    bounds: ClassVar[tuple[float, ...]] = (
        0.0,
        1.0,
    )  # the worst and the best; none: it has a unit
    min_groups: ClassVar[int] = MIN_GROUPS  # that an interval takes

    @abstractmethod
    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """(N, ...), (N, ...), (R, N) -> (R,)."""

    def value(self, decoded: Tensor, target: Tensor) -> float:
        once = torch.ones(1, len(target), device=decoded.device)
        return self(decoded, target, once).item()

    def estimate(
        self,
        decoded: Tensor,
        target: Tensor,
        repeats: int = 1000,
        group: Tensor | None = None,
    ) -> Estimate:
        """The value with its interval; NaN where there is no value.

        Clips of one `group` (N,), such as the windows of one recording, are no independent
        witnesses. Of fewer than `min_groups`, or where resamples are all the same, which would
        claim certainty, there is no interval.
        """
        if group is None:
            group = torch.arange(len(target))
        value = self.value(decoded, target)
        n = self.count_groups(target, group)
        if isnan(value) or n < self.min_groups:
            return Estimate(value, nan, nan, n)
        low, high = self.interval(decoded, target, repeats, group)
        if isclose(low, high, rel_tol=_ROUNDING):
            return Estimate(value, nan, nan, n)
        return Estimate(value, low, high, n)

    def interval(
        self, decoded: Tensor, target: Tensor, repeats: int, group: Tensor
    ) -> tuple[float, float]:
        """That of the percentile bootstrap (Efron, 1979), clips of one group drawn together.

        Resamples of a perfect result are all perfect, and of a hopeless one all hopeless, which
        would claim certainty: then the interval is that of as many successes or failures in a
        row (`wilson`) as there are groups.
        """
        value = self.value(decoded, target)
        if value in self.bounds:
            return wilson(value, self.count_groups(target, group))
        values = self.resample(decoded, target, repeats, group)
        low, high = values[~values.isnan()].quantile(torch.tensor(_ENDS)).tolist()
        return low, high

    def count_groups(self, target: Tensor, group: Tensor) -> int:
        """How many groups decide it."""
        return len(group.unique())

    def resample(
        self, decoded: Tensor, target: Tensor, repeats: int, group: Tensor
    ) -> Tensor:
        """(repeats,) values on groups of clips drawn with replacement."""
        _, place = group.unique(return_inverse=True)  # (N,) below G
        groups = int(place.max()) + 1
        draw = torch.Generator().manual_seed(0)
        chunks = 1 + repeats * len(target) // _CHUNK_SIZE
        values = []
        for chunk in torch.arange(repeats).tensor_split(chunks):
            size = (len(chunk), groups)
            chosen = torch.randint(groups, size, generator=draw)
            times = torch.zeros(size).scatter_add_(
                1, chosen, torch.ones(size)
            )  # (R, G)
            weight = times[:, place]  # (R, N)
            values.append(self(decoded, target, weight))
        return torch.cat(values)


class Proportion(Metric):
    """A fraction of clips, with Wilson's interval.

    It holds for few of them too, where the bootstrap is too narrow.
    """

    min_groups = _MIN_TRIALS

    def interval(
        self, decoded: Tensor, target: Tensor, repeats: int, group: Tensor
    ) -> tuple[float, float]:
        value = self.value(decoded, target)
        return wilson(value, self.count_groups(target, group))


def auroc(score: Tensor, positive: Tensor, weight: Tensor) -> Tensor:
    """(N,) scores, (N,) which are positive, (R, N) weights -> (R,) how often these score higher."""
    score, order = score.contiguous().sort()
    weight = weight[:, order].double()
    positive = positive[order].double()
    negatives = (weight * (1 - positive)).cumsum(1)
    negatives = torch.nn.functional.pad(negatives, (1, 0))  # (R, N + 1)
    below = negatives[:, torch.searchsorted(score, score)]
    up_to = negatives[:, torch.searchsorted(score, score, right=True)]
    positives = weight * positive
    wins = (positives * (below + up_to) / 2).sum(1)
    pairs = positives.sum(1) * negatives[:, -1]
    return (wins / pairs).float()


def wilson(fraction: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a fraction of `count` trials (Wilson, 1927)."""
    scale = 1 + _Z**2 / count
    middle = (fraction + _Z**2 / (2 * count)) / scale
    variance = fraction * (1 - fraction) / count + _Z**2 / (4 * count**2)
    half = _Z / scale * variance**0.5
    return max(0.0, middle - half), min(1.0, middle + half)
