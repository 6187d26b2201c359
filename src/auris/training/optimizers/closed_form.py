"""The gradient is zero: linear least squares."""

from typing import Annotated, final

from torch import nn

from auris.core.errors import UserError
from auris.core.log import info
from auris.core.ranges import Range
from auris.models.network import Network
from auris.training.optimizers.base import Examples, Groups, Solver
from auris.training.optimizers.ridge import solve_layer


@final
class ClosedForm(Solver):
    """The last layer of a network by ridge regression (see `solve_layer`); of a linear model, all
    of it.

    Args:
        ridge: how strongly large weights are held back; 0 is ordinary least squares of the
            least norm.
    """

    def __init__(
        self,
        params: Groups,
        model: nn.Module,
        examples: Examples,
        loss: nn.Module,
        ridge: Annotated[float, Range(0, 1e9)] = 0.3,
    ):
        if not isinstance(model, Network):
            raise UserError(
                "optimizer: the closed form solves the last layer of a network and "
                f"{type(model).__name__} "
                "has none; choose another optimizer, such as adamw."
            )
        if not isinstance(loss, nn.MSELoss):
            raise UserError(
                "optimizer: the closed form makes the squared error smallest; choose loss=mse."
            )
        super().__init__(params, model, examples)
        self.network = model
        self.ridge = ridge

    def solve_model(self) -> None:
        last = self.network.output_layer
        rest = (
            sum(p.numel() for p in self.network.parameters())
            - last.weight.numel()
            - last.bias.numel()
        )
        if rest:
            info(
                f"The closed form solves the last layer only; {rest} other parameters stay "
                "as they were drawn."
            )
        pairs = (
            (self.network.embed(x), target.flatten(1)) for x, target in self.examples()
        )
        solve_layer(last, pairs, self.ridge)
