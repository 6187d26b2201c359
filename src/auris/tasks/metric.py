"""How good answers are, and how sure that is.

A metric is a function of decoded answers (N, ...), targets (N, ...) and weights (R, N) to values (R,). With all
weights 1 it is the metric; with the counts of R resamples of the clips it is the bootstrap of its interval. One
formula thus gives both, a thousand resamples in a few milliseconds, which torchmetrics' BootStrapper, a copy of
the metric for each, can't; the tests hold every metric against torchmetrics.
"""

from abc import ABC, abstractmethod
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor

CHUNK = 20_000_000  # weights held at a time


class Estimate(NamedTuple):
    """A value and the ends of its 95 % interval over test clips."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


class Metric(ABC):
    """A metric over a whole set of clips."""

    best: ClassVar[str] = "max"  # or "min", where it tells how wrong answers are
    ends: ClassVar[tuple[float, ...]] = (
        0.0,
        1.0,
    )  # the best and the worst value there can be; none: it has a unit

    @abstractmethod
    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        """(N, ...), (N, ...), (R, N) -> (R,)."""

    def value(self, decoded: Tensor, target: Tensor) -> float:
        return self(decoded, target, torch.ones(1, len(target), device=decoded.device)).item()

    def estimate(
        self, decoded: Tensor, target: Tensor, repeats: int = 1000, group: Tensor | None = None
    ) -> Estimate:
        """The value with its interval; NaN where there is no value.

        Clips of one `group` (N,), such as the windows of one recording, are no independent witnesses.
        """
        group = torch.arange(len(target)) if group is None else group
        return Estimate(
            self.value(decoded, target), *self.interval(decoded, target, repeats, group)
        )

    def interval(
        self, decoded: Tensor, target: Tensor, repeats: int, group: Tensor
    ) -> tuple[float, float]:
        """That of the percentile bootstrap (Efron, 1979), clips of one group (N,) drawn together.

        Resamples of a perfect result are all perfect, and of a hopeless one all hopeless, which would claim certainty:
        then the interval is that of as many successes or failures in a row (`wilson`) as there are groups.
        """
        value = self.value(decoded, target)
        if value != value:
            return value, value
        if value in self.ends:
            return wilson(value, self.count(target, group))
        values = self.resampled(decoded, target, repeats, group)
        low, high = values[~values.isnan()].quantile(torch.tensor([0.025, 0.975])).tolist()
        return low, high

    def count(self, target: Tensor, group: Tensor) -> int:
        """How many groups decide it."""
        return len(group.unique())

    def resampled(self, decoded: Tensor, target: Tensor, repeats: int, group: Tensor) -> Tensor:
        """(repeats,) values on groups of clips drawn with replacement."""
        _, place = group.unique(return_inverse=True)  # (N,) below G
        n, draw = int(place.max()) + 1, torch.Generator().manual_seed(0)
        parts = []
        for size in torch.arange(repeats).tensor_split(1 + repeats * len(target) // CHUNK):
            chosen = torch.randint(n, (len(size), n), generator=draw)
            times = torch.zeros(len(size), n).scatter_add_(
                1, chosen, torch.ones(len(size), n)
            )  # (R, G)
            weight = times[:, place]  # (R, N)
            parts.append(self(decoded, target, weight))
        return torch.cat(parts)


class Share(Metric):
    """A share of clips, with Wilson's interval, which holds for few of them too, where the bootstrap is too narrow."""

    def interval(
        self, decoded: Tensor, target: Tensor, repeats: int, group: Tensor
    ) -> tuple[float, float]:
        value, count = self.value(decoded, target), self.count(target, group)
        return wilson(value, count) if count else (value, value)


def auroc(score: Tensor, positive: Tensor, weight: Tensor) -> Tensor:
    """(N,) scores, (N,) which clips are positive, (R, N) weights -> (R,) how often these score above the others."""
    score, order = score.contiguous().sort()
    weight, hit = weight[:, order].double(), positive[order].double()
    negatives = torch.nn.functional.pad((weight * (1 - hit)).cumsum(1), (1, 0))  # (R, N + 1)
    below, upto = torch.searchsorted(score, score), torch.searchsorted(score, score, right=True)
    wins = (weight * hit * (negatives[:, below] + negatives[:, upto]) / 2).sum(1)
    return (wins / ((weight * hit).sum(1) * negatives[:, -1])).float()


def wilson(share: float, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of `count` trials (Wilson, 1927)."""
    z = 1.959964
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = (
        z / (1 + z * z / count) * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    )
    return max(0.0, middle - half), min(1.0, middle + half)
