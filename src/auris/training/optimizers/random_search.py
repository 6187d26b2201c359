"""Try everything, or as much as there is time for."""

from itertools import chain, product
from typing import Annotated, final

import torch
from torch import Tensor

from auris.core.errors import UserError
from auris.core.library_settings import LearningRate
from auris.core.progress import track_progress
from auris.core.ranges import Count, Range, Seed
from auris.training.optimizers.base import Groups, Loss, Search


@final
class RandomSearch(Search):
    """Draws all parameters anew from a normal distribution and keeps the best, which never gets
    worse.

    Args:
        lr: deviation of the draws.
        candidates: draws a step.
        seed: of the draws.
    """

    def __init__(
        self,
        params: Groups,
        lr: LearningRate = 0.1,
        candidates: Count = 50,
        seed: Seed = 0,
    ):
        super().__init__(params, lr)
        self.candidates = candidates
        self.seed = seed

    def search(self, start: Tensor, loss: Loss) -> Tensor:
        own = self.memory_of_search
        draw = torch.Generator().manual_seed(
            self.seed * 1_000_003 + own.setdefault("step", 0)
        )
        own["step"] += 1
        drawn = (
            self.lr * torch.randn(len(start), generator=draw).to(start)
            for _ in range(self.candidates)
        )
        return min(chain([start], drawn), key=loss)


@final
class GridSearch(Search):
    """Tries every combination of `levels` values between -`bound` and `bound` for all
    parameters, in one step.

    Args:
        levels: values for each parameter.
        bound: the largest of them.
        most: combinations; more are refused.
    """

    def __init__(
        self,
        params: Groups,
        levels: Annotated[int, Range(2, 1000)] = 3,
        bound: Annotated[float, Range(0, 1000, above=True)] = 1.0,
        most: Annotated[int, Range(1, 10_000_000)] = 100_000,
    ):
        super().__init__(params)
        if (
            self.parameter_count >= most.bit_length()
            or levels**self.parameter_count > most
        ):  # 3^25000 is slow to write out
            raise UserError(
                f"A grid of {levels} values for each of {self.parameter_count} parameters has "
                f"{levels}^{self.parameter_count} points, and "
                f"{most} are the most; choose fewer, as in model=linear features.n_mels=1, "
                "or another optimizer."
            )
        self.levels = levels
        self.bound = bound

    def search(self, start: Tensor, loss: Loss) -> Tensor:
        values = torch.linspace(-self.bound, self.bound, self.levels).tolist()
        points = track_progress(
            product(values, repeat=len(start)),
            "Searching the grid",
            self.levels ** len(start),
        )
        return min((torch.tensor(point).to(start) for point in points), key=loss)
