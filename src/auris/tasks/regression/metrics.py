"""How far off numbers are, in their unit.

Decoded outputs (N, K, 3) are K numbers, each with the ends of its interval; targets are (N, K).
"""

from collections.abc import Sequence
from typing import final

from torch import Tensor

from auris.tasks.metric import Metric, Proportion


class _InUnits(Metric):
    """In the unit of one number.

    Args:
        k: of which.
    """

    best = "min"
    bounds = ()

    def __init__(self, k: int = 0):
        self.k = k


@final
class MeanAbsoluteError(_InUnits):
    """The mean distance from the true number."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        error = decoded[:, self.k, 0] - target[:, self.k]
        return weight @ error.abs() / weight.sum(1)


@final
class Bias(_InUnits):
    """The mean of prediction less truth: 0 is the best."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        error = decoded[:, self.k, 0] - target[:, self.k]
        return weight @ error / weight.sum(1)


@final
class R2(Metric):
    """The fraction of the variance that is told, as sklearn.metrics.r2_score has it.

    1 is perfect; the mean of the clips themselves would have 0, and what is worse less.

    Args:
        k: of which number; None: the mean over all.
    """

    bounds = ()

    def __init__(self, k: int | None = None):
        self.k = k

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        told = decoded[..., 0].double()  # (N, K)
        true = target.double()
        weight = weight.double()
        mean = weight @ true / weight.sum(1, keepdim=True)  # (R, K)
        # of what is far from 0 and varies little, squares less their mean would be noise
        centre = true.mean(0)
        spread = weight @ (true - centre).square()
        spread = spread - weight.sum(1, keepdim=True) * (mean - centre).square()
        error = weight @ (told - true).square()
        score = 1 - error / spread  # (R, K)
        return (score.mean(1) if self.k is None else score[:, self.k]).float()


@final
class Coverage(Proportion):
    """The fraction of clips whose true number is within its interval."""

    def __init__(self, k: int = 0):
        self.k = k

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        _, low, high = decoded[:, self.k].T
        true = target[:, self.k]
        within = ((low <= true) & (true <= high)).to(weight)
        return weight @ within / weight.sum(1)


@final
class IntervalWidth(_InUnits):
    """The mean width of intervals."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        _, low, high = decoded[:, self.k].T
        return weight @ (high - low) / weight.sum(1)


def number_metrics(names: Sequence[str], calibrated: bool) -> dict[str, Metric]:
    """The metrics of one number; of several, the mean of their R2, and those of each."""
    if len(names) == 1:
        return _metrics_of(0, "", calibrated)
    metrics: dict[str, Metric] = {"r2": R2()}
    for k, name in enumerate(names):
        metrics |= _metrics_of(k, f"_{name}", calibrated)
    return metrics


def _metrics_of(k: int, end: str, calibrated: bool) -> dict[str, Metric]:
    metrics: dict[str, Metric] = {
        f"mean_absolute_error{end}": MeanAbsoluteError(k),
        f"r2{end}": R2(k),
        f"bias{end}": Bias(k),
    }
    if calibrated:
        metrics[f"coverage{end}"] = Coverage(k)
        metrics[f"interval_width{end}"] = IntervalWidth(k)
    return metrics
