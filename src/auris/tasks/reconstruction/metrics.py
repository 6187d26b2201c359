"""How good answers are, and how sure that is.

A metric is a function of decoded answers (N, ...), targets (N, ...) and weights (R, N) to values (R,). With all
weights 1 it is the metric; with the counts of R resamples of the clips it is the bootstrap of its interval. One
formula thus gives both, a thousand resamples in a few milliseconds, which torchmetrics' BootStrapper, a copy of
the metric for each, can't; the tests hold every metric against torchmetrics.
"""

from torch import Tensor

from auris.tasks.metric import Metric


class MeanSquaredError(Metric):
    """The mean over clips of their squared errors, of answers (N, 2): error and power."""

    best = "min"
    ends = ()

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return weight @ decoded[:, 0] / weight.sum(1)


class ExplainedVariance(Metric):
    """The share of the power that is not error, of answers (N, 2): error and power. The constant baseline has 0."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return 1 - weight @ decoded[:, 0] / (weight @ decoded[:, 1])
