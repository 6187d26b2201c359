"""Dimensionality reduction: say again what was heard, through a bottleneck."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from auris.core.shapes import Shape
from auris.tasks.metric import Metric
from auris.tasks.output import Errors
from auris.tasks.reconstruction.metrics import ExplainedVariance, MeanSquaredError
from auris.tasks.task import Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Reconstruction(Task):
    """The target is the features themselves. Answers (B, 2): the mean squared error of a clip, and its mean power.

    Features are standardised, so that a constant answer, their mean, is as wrong as their power is large.
    """

    targets = ()
    monitor = ("val/loss", "min")
    baseline = "autoencoder_linear"

    def __init__(self, in_shape: Shape):
        super().__init__()
        self.out_shape = in_shape

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return x

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        error, power = (
            (output - x).float().square().flatten(1).mean(1),
            x.float().square().flatten(1).mean(1),
        )
        return torch.stack([error, power], dim=1)

    def compare(self, x: Tensor, copy: Tensor) -> Tensor:
        return copy

    def metrics(self) -> dict[str, Metric]:
        return {"explained_variance": ExplainedVariance(), "mean_squared_error": MeanSquaredError()}

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return decoded[:, 0]

    def guess(self, known: Tensor, decoded: Tensor) -> Tensor:
        return decoded[:, [1, 1]]

    def pictures(self, decoded: Tensor, target: Tensor, group: Tensor) -> "dict[str, Figure]":
        from auris.tasks.reconstruction import plots as pictures

        return {"errors": pictures.histogram(decoded[:, 0], "mean squared error of a clip")}

    @property
    def reading(self) -> Errors:
        return Errors()

    def say(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return f"with an error of {float(decoded[0]):.3f}"

    def question(self) -> str:
        return "How much of the sound passes through the bottleneck?"
