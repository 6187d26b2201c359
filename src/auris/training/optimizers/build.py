"""From a configuration node to the optimizer of a model."""

from typing import Any

from torch import nn
from torch.optim import Optimizer

from auris.core.errors import UserError
from auris.core.instantiate import Factory
from auris.models.doa import TrainingFree
from auris.training.optimizers.base import Solver


def make_optimizer(factory: Factory, node: Any, system: Any) -> Optimizer:
    """The optimizer that `node` names, for the model of a system.

    It is handed what its constructor asks for: `params`, `model`, `loss`, `examples`. Raises
    `UserError` where the two don't go together.
    """
    groups = parameter_groups(system.model)
    facts = {
        "model": system.model,
        "loss": system.loss,
        "examples": system.training_pairs,
    }
    optimizer: Optimizer = factory.make(node, params=groups, **facts)
    if not isinstance(optimizer, Solver) and not any(
        group["params"] for group in groups
    ):
        own = "none" if isinstance(system.model, TrainingFree) else "fit"
        raise UserError(
            f"{type(optimizer).__name__} looks for parameters and "
            f"{type(system.model).__name__} has none to find; "
            f"choose optimizer={own}, which such a model brings by itself."
        )
    return optimizer


def parameter_groups(model: nn.Module) -> list[dict[str, Any]]:
    """Weights, and what weight decay should leave alone: biases and the scales of
    normalisations.
    """
    parameters = [p for p in model.parameters() if p.requires_grad]
    weights = [p for p in parameters if p.ndim > 1]
    others = [p for p in parameters if p.ndim <= 1]
    return [{"params": weights}, {"params": others, "weight_decay": 0.0}]
