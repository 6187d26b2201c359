"""Counting."""

from collections.abc import Mapping, Sequence
from typing import Any, final

from torch import Tensor

from auris.acoustics.arrays import Array
from auris.data.settings import DataSettings
from auris.data.targets import Targets
from auris.tasks.comparable import Comparable, Row, read_column
from auris.tasks.metric import Metric
from auris.tasks.task import Task
from beeps.output import CountOutput
from beeps.targets import CountTargets
from beeps.view import CountView


@final
class MeanAbsoluteError(Metric):
    """Of counts (N, 1), to targets (N,)."""

    best = "min"
    bounds = ()

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return weight @ (decoded[:, 0] - target).abs() / weight.sum(1)


@final
class BeepCounting(Task):
    """How many beeps are there? Outputs and decoded outputs are counts (B, 1)."""

    monitor = ("val/mean_absolute_error", "min")
    baseline = "knn"

    def __init__(self) -> None:
        super().__init__()
        self.out_shape = (1,)

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        return CountTargets()

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return target[:, None].to(x.dtype)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        return output.float()

    def metrics(self) -> dict[str, Metric]:
        return {"mean_absolute_error": MeanAbsoluteError()}

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return (decoded[:, 0] - target).abs()

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        return known.median().expand_as(decoded)

    @property
    def output(self) -> CountOutput:
        return CountOutput()

    @property
    def view(self) -> CountView:
        return CountView()

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        decoded = read_column(rows, "beeps")[:, None]
        target = read_column(rows, "label")
        return Comparable("mean_absolute_error", MeanAbsoluteError(), decoded, target)
