"""Nothing to find: the model is a formula."""

from torch import nn

from auris.core.errors import UserError
from auris.models.doa import Formula
from auris.training.optimizers.base import Examples, Groups, Solver


class Nothing(Solver):
    """Leaves a model that is a formula as it is."""

    def __init__(self, params: Groups, model: nn.Module, examples: Examples):
        if not isinstance(model, Formula):
            raise UserError(
                f"optimizer: {type(model).__name__} has something to learn; choose an "
                "optimizer that finds "
                "it, such as adamw."
            )
        super().__init__(params, model, examples)

    def solve(self) -> None:
        """There is nothing to do."""
