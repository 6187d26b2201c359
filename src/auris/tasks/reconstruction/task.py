"""Dimensionality reduction: say again what was heard, through a bottleneck."""

from collections.abc import Mapping, Sequence
from typing import Any, final

import torch
from torch import Tensor

from auris.acoustics.arrays import Array
from auris.core.shapes import Shape
from auris.data.settings import DataSettings
from auris.data.targets import Targets
from auris.tasks.anomaly.targets import AnomalyTargets
from auris.tasks.comparable import Comparable, Row, read_column
from auris.tasks.metric import Metric
from auris.tasks.reconstruction.metrics import ExplainedVariance, MeanSquaredError
from auris.tasks.reconstruction.output import ErrorOutput
from auris.tasks.reconstruction.targets import NoTargets
from auris.tasks.reconstruction.view import ErrorView
from auris.tasks.task import Task

_MIN_UNEXPLAINED = 1e-6


@final
class Reconstruction(Task):
    """The target is the features themselves. Decoded outputs (B, 2): the error and the power.

    Both are means over a clip, of the squared error and of the squared features. Features are
    standardised, so that a constant output, their mean, is as wrong as their power is large.
    """

    monitor = ("val/loss", "min")
    baseline = "autoencoder_linear"

    def __init__(self, in_shape: Shape):
        super().__init__()
        self.out_shape = in_shape

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        if settings.normal is None:
            return NoTargets()
        # only normal clips train
        return AnomalyTargets(settings.normal, settings.known_anomalies)

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return x

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        error = (output - x).float().square().flatten(1).mean(1)  # (B,)
        power = x.float().square().flatten(1).mean(1)  # (B,)
        return torch.stack([error, power], dim=1)

    def reconstruction_output(self, x: Tensor, copy: Tensor) -> Tensor:
        return copy

    def metrics(self) -> dict[str, Metric]:
        return {
            "explained_variance": ExplainedVariance(),
            "mean_squared_error": MeanSquaredError(),
        }

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return decoded[:, 0]

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        return decoded[:, [1, 1]]

    @property
    def output(self) -> ErrorOutput:
        return ErrorOutput()

    @property
    def view(self) -> ErrorView:
        return ErrorView()

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        error = read_column(rows, "mean_squared_error")
        unexplained = 1 - read_column(rows, "explained_variance")
        power = error / unexplained.clamp_min(_MIN_UNEXPLAINED)
        decoded = torch.stack([error, power], dim=1)
        nothing = torch.zeros(len(rows))
        return Comparable("explained_variance", ExplainedVariance(), decoded, nothing)
