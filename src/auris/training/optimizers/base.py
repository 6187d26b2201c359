"""What searches without a gradient have in common."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from auris.core.library_settings import LearningRate

Groups = list[dict[str, Any]]


# all (x, target) to learn from, pass by pass
Examples = Callable[[], Iterable[tuple[Tensor, Tensor]]]


Loss = Callable[[Tensor], float]  # of the model with these parameters (n,)


class GradientFree(Optimizer, ABC):
    """An optimizer that needs no gradient. It works in one process, in full precision.

    Args:
        lr: how far it goes at first, where it goes in steps.
    """

    def __init__(self, params: Groups, lr: LearningRate = 1.0):
        super().__init__(params, {"lr": lr})

    @property
    def memory_of_search(self) -> dict[str, Any]:
        """What a step leaves to the next; it is part of the checkpoint."""
        return self.state["search"]  # type: ignore[index]

    @property
    def lr(self) -> float:
        return self.param_groups[0]["lr"]

    @lr.setter
    def lr(self, value: float) -> None:
        for group in self.param_groups:
            group["lr"] = value


class Search(GradientFree):
    """Tries parameters and looks at the loss, nothing else."""

    @torch.no_grad()
    def step(self, closure: Any = None) -> Tensor:  # type: ignore[override]
        def loss_of(candidate: Tensor) -> float:
            self.set_vector(candidate)
            value = float(closure())
            return value if value == value else float("inf")

        self.set_vector(self.search(self.get_vector(), loss_of))
        return closure()

    @abstractmethod
    def search(self, start: Tensor, loss: Loss) -> Tensor:
        """Better parameters (n,) than those at which this step starts, (n,)."""

    def _all_parameters(self) -> Iterator[nn.Parameter]:
        return (p for group in self.param_groups for p in group["params"])

    def get_vector(self) -> Tensor:
        """A copy (n,) of the parameters, whatever their layout in memory."""
        return torch.cat([p.flatten() for p in self._all_parameters()])

    def set_vector(self, vector: Tensor) -> None:
        """Write (n,) into the parameters where they are: averages of the weights follow these
        very tensors.
        """
        for p, part in zip(
            self._all_parameters(),
            vector.split([p.numel() for p in self._all_parameters()]),
            strict=True,
        ):
            p.copy_(part.view_as(p))

    @property
    def parameter_count(self) -> int:
        """How many parameters there are to find."""
        return sum(p.numel() for p in self._all_parameters())


class Solver(GradientFree):
    """Sees the training set as a whole, as it is and not augmented, and finds the model in a
    single step.
    """

    def __init__(self, params: Groups, model: nn.Module, examples: Examples):
        super().__init__(params)
        self.model = model
        self.examples = examples

    @torch.no_grad()
    def step(self, closure: Any = None) -> Tensor:  # type: ignore[override]
        self.model.eval()  # what is solved is the model that will be used, without dropout
        self.solve_model()
        loss = closure()
        self.model.train()
        return loss

    @abstractmethod
    def solve_model(self) -> None:
        """Set the parameters or memories of the model."""
