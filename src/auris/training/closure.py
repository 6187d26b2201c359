"""What an optimizer is given to ask: how large is the loss, and which way does it fall?"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from auris.data.loader import Batch, MicroBatches


class Closure:
    """The mean loss over the clips of one optimizer step, for `step(closure)` of any optimizer.

    Called where gradients are enabled, it leaves the gradient behind; called where they are
    not, it tells the loss alone, for searches that use no gradient. Clips that do not go
    through the model at once go in several passes, which add up to the same loss and the same
    gradient. All calls of a step see the same augmentation and dropout.
    """

    def __init__(
        self,
        step: MicroBatches,
        loss_of: Callable[[Batch], Tensor],
        optimizer: Any,
        backward: Callable[[Tensor], None],
    ):
        self.step = step
        self.loss_of = loss_of
        self.optimizer = optimizer
        self.backward = backward
        self.dice = random_state()
        self.calls = 0

    def __call__(self) -> Tensor:
        if self.calls:
            set_random_state(self.dice)
        self.calls += 1
        self.optimizer.zero_grad()
        self.last = torch.stack([self.one_pass(batch) for batch in self.step]).sum()
        return self.last

    def one_pass(self, batch: Batch) -> Tensor:
        """What these clips contribute to the mean loss."""
        loss = self.loss_of(batch) * (len(batch) / len(self.step))
        if loss.requires_grad:
            self.backward(loss)
        return loss.detach()


def random_state() -> tuple[Tensor, list[Tensor]]:
    """Of the CPU and of the GPUs, where there are any. (Seeding anew takes a third of a
    millisecond.)
    """
    return (
        torch.get_rng_state(),
        torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else [],
    )


def set_random_state(state: tuple[Tensor, list[Tensor]]) -> None:
    torch.set_rng_state(state[0])
    torch.cuda.set_rng_state_all(state[1])
