"""Regression: how large is it?"""

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, final

import torch
from torch import Tensor

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.core.ranges import Length, Range
from auris.data.settings import DataSettings
from auris.data.spec import Spec
from auris.data.targets import Targets
from auris.tasks.comparable import Comparable, Row, read_column
from auris.tasks.metric import Metric
from auris.tasks.regression.conformal import conformal_width, groups_needed
from auris.tasks.regression.metrics import number_metrics
from auris.tasks.regression.output import NumberOutput
from auris.tasks.regression.targets import NumberTargets
from auris.tasks.regression.view import NumberView
from auris.tasks.task import Task

_MAX_DEVIATIONS = 30.0  # from the mean, beyond which a logarithm is not followed
_LEAST = 1e-12  # that a logarithm is taken of
_TRUE = "true_"  # before the name of a column of true numbers


@final
class Regression(Task):
    """How large is it? Outputs (B, K) are K numbers in standard deviations from their mean.

    Mean and deviation are those of the training clips. Decoded they are (B, K, 3), in their
    units: the number, and the ends of the interval which holds the true one as often as was
    promised, once validation clips have shown how wide it is (`conformal_width`).

    Args:
        unit: of the number, or a list of one for each.
        logarithm: whether what is learnt is the logarithm: where a double is as far from one as
            the half.
        range: the least and the largest that there can be; predictions stay within.
        coverage: the share of new clips whose interval should hold the true number.
    """

    monitor = ("val/loss", "min")

    mean: Tensor
    deviation: Tensor
    width: Tensor
    calibrated: Tensor

    def __init__(
        self,
        spec: Spec,
        unit: str | Sequence[str] = "",
        logarithm: bool = False,
        range: Annotated[Sequence[float], Length(2, 2)] | None = None,
        coverage: Annotated[float, Range(0, 0.999, above=True)] = 0.9,
    ):
        super().__init__()
        self.names = tuple(spec.columns)
        self.units = _check_units(unit, self.names)
        self.logarithm = logarithm
        self.low, self.high = _check_range(range)
        self.coverage = coverage
        self.out_shape = (len(self.names),)
        self.register_buffer("mean", torch.zeros(len(self.names)))
        self.register_buffer("deviation", torch.ones(len(self.names)))
        # of intervals, in deviations; 0 where it is not known
        self.register_buffer("width", torch.zeros(len(self.names)))
        self.register_buffer("calibrated", torch.tensor(False))

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        settings.refuse_normal("task=regression tells numbers")
        columns = settings.target or []
        return NumberTargets([columns] if isinstance(columns, str) else columns)

    def learn_targets(self, target: Tensor) -> None:
        if self.logarithm and target.min() <= 0:
            raise UserError(
                f"task.logarithm=true, and a training clip has {target.min():g}: only numbers "
                "above 0 have a logarithm."
            )
        known = self._warp(target)  # (n, K)
        deviation = known.std(0, correction=0)
        self.mean.copy_(known.mean(0))
        self.deviation.copy_(torch.where(deviation > 0, deviation, 1))

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return self._standardize(target).to(x.dtype)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        value = self._to_units(output.float())
        return self._with_interval(value.clamp(self.low, self.high))

    def calibrate(self, decoded: Tensor, target: Tensor, group: Tensor) -> Tensor:
        """Take the width of intervals from the errors of validation clips."""
        value = decoded[..., 0]
        error = (self._standardize(value) - self._standardize(target)).abs()  # (N, K)
        widths = [conformal_width(own, group, self.coverage) for own in error.T]
        if not all(map(math.isfinite, widths)):
            return decoded
        self.width.copy_(torch.tensor(widths))
        self.calibrated.fill_(True)
        return self._with_interval(value)

    def limitation(self) -> str:
        if self.calibrated:
            return ""
        return (
            f"No intervals are known: for {100 * self.coverage:g} % of the clips they take "
            f"{groups_needed(self.coverage)} groups of validation clips that did not train."
        )

    def metrics(self) -> dict[str, Metric]:
        return number_metrics(self.names, bool(self.calibrated))

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        value = decoded[..., 0]
        if len(self.names) == 1:
            return (value - target).abs()[:, 0]
        return (self._standardize(value) - self._standardize(target)).abs().mean(1)

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        """The median, and the quantiles that hold as many clips as an interval should."""
        tail = (1 - self.coverage) / 2
        ends = known.new_tensor([0.5, tail, 1 - tail])
        return known.quantile(ends, dim=0).T.expand_as(decoded)  # (K, 3)

    @property
    def output(self) -> NumberOutput:
        return NumberOutput(self.names, self.units, bool(self.calibrated))

    @property
    def view(self) -> NumberView:
        return NumberView(self.output, self.logarithm)

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        names = [key.removeprefix(_TRUE) for key in rows[0] if key.startswith(_TRUE)]
        decoded = torch.stack([read_column(rows, name) for name in names], 1)
        target = torch.stack([read_column(rows, f"{_TRUE}{name}") for name in names], 1)
        name, metric = next(iter(number_metrics(names, False).items()))
        return Comparable(name, metric, decoded[..., None], target)

    def _with_interval(self, value: Tensor) -> Tensor:
        """Numbers (B, K) with the ends of their intervals, (B, K, 3)."""
        middle = self._standardize(value)
        low = self._to_units(middle - self.width).clamp(self.low, self.high)
        high = self._to_units(middle + self.width).clamp(self.low, self.high)
        return torch.stack([value, low, high], dim=-1)

    def _standardize(self, value: Tensor) -> Tensor:
        return (self._warp(value) - self.mean) / self.deviation

    def _to_units(self, standard: Tensor) -> Tensor:
        if not self.logarithm:
            return standard * self.deviation + self.mean
        near = standard.clamp(-_MAX_DEVIATIONS, _MAX_DEVIATIONS)
        return (near * self.deviation + self.mean).exp()

    def _warp(self, value: Tensor) -> Tensor:
        return value.clamp_min(_LEAST).log() if self.logarithm else value


def _check_units(unit: str | Sequence[str], names: Sequence[str]) -> tuple[str, ...]:
    """One unit for each number. Raises `UserError` for other counts."""
    units = (unit,) if isinstance(unit, str) else tuple(unit)
    if len(units) == 1:
        units = units * len(names)
    if len(units) != len(names):
        raise UserError(
            f"task.unit has {len(units)} units and there are {len(names)} numbers: "
            f"{', '.join(names)}."
        )
    return units


def _check_range(range: Sequence[float] | None) -> tuple[float, float]:
    """The least and the largest. Raises `UserError` for what is no range."""
    if range is None:
        return -math.inf, math.inf
    if not range[0] < range[1]:
        raise UserError(
            f"task.range={list(range)} should have the least first, and then the largest."
        )
    return float(range[0]), float(range[1])
