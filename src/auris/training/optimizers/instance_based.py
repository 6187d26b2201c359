"""Lazy learning: keep the data, think later."""

from torch import nn

from auris.core.errors import UserError
from auris.models.instance_based import Plain
from auris.training.optimizers.base import Examples, Groups, Solver


class Memorize(Solver):
    """Gives the training set to a model that keeps it."""

    def __init__(self, params: Groups, model: nn.Module, examples: Examples):
        if not isinstance(model, Plain):
            raise UserError(
                f"optimizer: {type(model).__name__} can't keep clips; choose another "
                "optimizer, or leave "
                "it away."
            )
        super().__init__(params, model, examples)
        self.plain = model

    def solve(self) -> None:
        self.plain.memorize(self.examples())
