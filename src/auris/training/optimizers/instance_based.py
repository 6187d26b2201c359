"""Optimizers of models that have nothing to search for: they keep clips, or are formulas."""

from typing import final

from torch import nn

from auris.core.errors import UserError
from auris.models.doa import TrainingFree
from auris.models.instance_based import StoresClips
from auris.training.optimizers.base import Examples, Groups, Solver


@final
class FitInstances(Solver):
    """Gives the training set to a model that keeps it."""

    def __init__(self, params: Groups, model: nn.Module, examples: Examples):
        if not isinstance(model, StoresClips):
            raise UserError(
                f"optimizer: {type(model).__name__} can't keep clips; "
                "choose another optimizer, or leave it away."
            )
        super().__init__(params, model, examples)
        self.instances = model

    def solve_model(self) -> None:
        self.instances.store_clips(self.examples())


@final
class NoOp(Solver):
    """Leaves a model that is a formula as it is."""

    def __init__(self, params: Groups, model: nn.Module, examples: Examples):
        if not isinstance(model, TrainingFree):
            raise UserError(
                f"optimizer: {type(model).__name__} has something to learn; "
                "choose an optimizer that finds it, such as adamw."
            )
        super().__init__(params, model, examples)

    def solve_model(self) -> None:
        """There is nothing to do."""
