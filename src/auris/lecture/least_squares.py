"""The loss surface of a linear model with a squared error, which several studies walk on."""

from typing import final

import torch
import torch.nn.functional as F
from torch import Tensor

from auris.core.errors import UserError
from auris.data.module import AudioDataModule
from auris.lecture.bench import stack_pairs
from auris.models.mlp import Linear
from auris.training.system import System


@final
class LeastSquares:
    """The mean squared error over the training clips as a function of the parameters.

    Raises `UserError` for a model that is not linear.
    """

    def __init__(self, system: System, data: AudioDataModule):
        if not isinstance(system.model, Linear):
            raise UserError(
                "model: this item is about a linear model; leave model= away."
            )
        x, target = stack_pairs(system, data)
        with torch.no_grad():
            self.points = system.model.eval().embed(x)  # (n, W)
        self.inputs = F.pad(self.points, (0, 1), value=1.0).double()  # (n, W + 1)
        self.target = target.double()  # (n, K)

    def losses(self, path: Tensor) -> Tensor:
        """The loss (s,) of each of some parameters (s, p), as the model lists them."""
        weights = [self.to_matrix(parameters) for parameters in path]
        errors = [self.inputs @ weight - self.target for weight in weights]
        return torch.stack([error.square().mean() for error in errors])

    def to_matrix(self, parameters: Tensor) -> Tensor:
        """Parameters (p,) as what maps inputs to outputs, (W + 1, K)."""
        width = self.points.shape[1]
        classes = self.target.shape[1]
        weight, bias = parameters.double().split([width * classes, classes])
        return torch.cat([weight.view(classes, width).T, bias[None]])

    def slice_losses(self, points: Tensor, matrix: Tensor) -> Tensor:
        """The squared error (m,) of the first output, with its first two weights moved.

        Args:
            points: (m, 2) the two weights.
            matrix: (W + 1, K) what all others are.
        """
        weights = matrix[:, :1].repeat(1, len(points))  # (W + 1, m)
        weights[:2] = points.double().T
        return (self.inputs @ weights - self.target[:, :1]).square().mean(0)

    def largest_curvature(self) -> float:
        """The largest eigenvalue of the Hessian of the loss."""
        gram = self.inputs.T @ self.inputs / len(self.inputs)
        classes = self.target.shape[1]
        return 2 / classes * float(torch.linalg.eigvalsh(gram)[-1])

    def solve(self) -> Tensor:
        """The best matrix (W + 1, K)."""
        return torch.linalg.lstsq(self.inputs, self.target).solution
