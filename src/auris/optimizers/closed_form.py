"""The gradient is zero: linear least squares."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.errors import UserError
from auris.log import tell
from auris.models import Network
from auris.optimizers.gradientless import Examples, Groups, Solver


class ClosedForm(Solver):
    """The last layer of a network by ridge regression (Hoerl and Kennard, 1970, eq. 2.1); of a linear model, all of it.

    It minimises the mean over clips of |W h + b - target|^2 plus ridge x p x |W|^2, where h is what the network makes
    of a clip before its last layer and p the mean square of the numbers in h, so that the scale of h does not matter.
    Sums are in float64 and go over the training set pass by pass.

    Args:
        ridge: how strongly large weights are held back; 0 is ordinary least squares of the least norm.
    """

    def __init__(self, params: Groups, model: nn.Module, examples: Examples, loss: nn.Module, ridge: float = 0.3):
        if not isinstance(model, Network):
            raise UserError(f"optimizer: the closed form solves the last layer of a network and {type(model).__name__} "
                            "has none; choose another optimizer, such as adamw.")  # fmt: skip
        if not isinstance(loss, nn.MSELoss):
            raise UserError("optimizer: the closed form makes the squared error smallest; choose loss=mse.")
        if ridge < 0:
            raise UserError(f"optimizer.ridge={ridge} should be 0 or more.")
        super().__init__(params, model, examples)
        self.network, self.ridge = model, ridge

    def solve(self) -> None:
        last = self.network.last
        rest = sum(p.numel() for p in self.network.parameters()) - last.weight.numel() - last.bias.numel()
        if rest:
            tell(f"The closed form solves the last layer only; {rest} other parameters stay as they were drawn.")
        solution = ridge_regression(*self.moments(), self.ridge)  # (W + 1, K)
        last.weight.copy_(solution[:-1].T)
        last.bias.copy_(solution[-1])

    def moments(self) -> tuple[Tensor, Tensor]:
        """Means over clips of h h' (W + 1, W + 1) and h target' (W + 1, K), h with a 1 at its end."""
        count, gram, cross = 0, torch.zeros(()), torch.zeros(())
        for x, target in self.examples():
            h = F.pad(self.network.embed(x).double(), (0, 1), value=1.0)  # (B, W + 1)
            gram, cross = gram.to(h) + h.T @ h, cross.to(h) + h.T @ target.flatten(1).double()
            count += len(h)
        return gram / count, cross / count


def ridge_regression(gram: Tensor, cross: Tensor, ridge: float) -> Tensor:
    """Solve (gram + ridge p I) w = cross, of the least norm; the last row of w, a constant, is held back by nothing."""
    power = gram.diagonal()[:-1].mean()  # p
    held = torch.full_like(gram[0], ridge * float(power))
    held[-1] = 0.0
    return torch.linalg.pinv(gram + held.diag(), hermitian=True) @ cross
