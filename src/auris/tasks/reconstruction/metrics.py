"""How much of the sound was lost."""

from typing import final

from torch import Tensor

from auris.tasks.metric import Metric


@final
class MeanSquaredError(Metric):
    """The mean over clips of their squared errors, of outputs (N, 2): error and power."""

    best = "min"
    bounds = ()

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return weight @ decoded[:, 0] / weight.sum(1)


@final
class ExplainedVariance(Metric):
    """The fraction of the power that is not error, of outputs (N, 2): error and power.

    A constant output has 0.
    """

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        error, power = decoded.T
        return 1 - weight @ error / (weight @ power)
