"""Let a population evolve."""

from math import exp, log, sqrt
from typing import Annotated, final

import numpy as np
import torch
from cmaes import CMA, SepCMA
from torch import Tensor

from auris.core.library_settings import LearningRate
from auris.core.ranges import Range, Seed
from auris.training.optimizers.base import Groups, Loss, Search

# parameters up to which CMA-ES learns how they go together; above, only their scales
_MAX_FULL = 500

Population = Annotated[int, Range(4, 100_000)]


@final
class Evolution(Search):
    """Evolution strategy (mu/mu_w, lambda) with cumulative step sizes (Hansen, Arnold and
    Auger, 2015, algorithm 4).

    A step is a generation: children scatter round the mean of their parents, and the better
    half of them become the parents, the best with the largest weight. Steps in the same
    direction make the scatter wider, steps to and fro narrower.

    Args:
        lr: deviation of the children from their parents' mean in the first generation.
        population: children a generation; null: 4 + 3 ln n for n parameters (Hansen, 2016, eq.
            48).
        seed: of the children.
    """

    def __init__(
        self,
        params: Groups,
        lr: LearningRate = 0.1,
        population: Population | None = None,
        seed: Seed = 0,
    ):
        super().__init__(params, lr)
        self.population = _population_size(population, self.parameter_count)
        self.seed = seed
        rank = torch.arange(1, self.population // 2 + 1)
        weight = log(len(rank) + 0.5) - rank.log()
        self.weight = weight / weight.sum()
        # how many the weighted ones are worth
        self.parents = float(1 / self.weight.square().sum())

    def search(self, start: Tensor, loss: Loss) -> Tensor:
        own = self.memory_of_search
        generation = own.setdefault("generation", 0)
        draw = torch.Generator().manual_seed(self.seed * 1_000_003 + generation)
        children = torch.randn(self.population, len(start), generator=draw)
        children = children.to(start)  # (lambda, n)
        losses = torch.tensor([loss(start + self.lr * child) for child in children])
        move = self._mean_of_parents(children, losses)  # (n,)
        moved = start + self.lr * move
        self._adapt_scatter(own.setdefault("path", torch.zeros_like(start)), move)
        own["generation"] += 1
        return moved

    def _mean_of_parents(self, children: Tensor, losses: Tensor) -> Tensor:
        """The weighted mean (n,) of the better half of children (lambda, n)."""
        best = losses.argsort()[: len(self.weight)]
        parents = children[best.to(children.device)]
        return self.weight.to(children) @ parents

    def _adapt_scatter(self, path: Tensor, move: Tensor) -> None:
        """Compare the length of the path with that of a random walk, and widen or narrow the
        scatter.
        """
        n = len(move)
        worth = self.parents
        memory = (worth + 2) / (n + worth + 5)
        damping = 1 + 2 * max(0.0, sqrt((worth - 1) / (n + 1)) - 1) + memory
        path.mul_(1 - memory).add_(move, alpha=sqrt(memory * (2 - memory) * worth))
        expected = sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n))
        self.lr *= exp(min(1.0, memory / damping * (float(path.norm()) / expected - 1)))


@final
class CmaEs(Search):
    """Covariance matrix adaptation (Hansen and Ostermeier, 2001), which learns which way to
    scatter, by `cmaes`.

    Above 500 parameters it learns one scale for each (Ros and Hansen, 2008), as a full matrix
    would be too large.

    Args:
        lr: deviation of the children in the first generation.
        population: children a generation; null: 4 + 3 ln n.
        seed: of the children.
    """

    def __init__(
        self,
        params: Groups,
        lr: LearningRate = 0.1,
        population: Population | None = None,
        seed: Seed = 0,
    ):
        super().__init__(params, lr)
        self.population = _population_size(population, self.parameter_count)
        self.seed = seed
        self.strategy: CMA | SepCMA | None = None

    def search(self, start: Tensor, loss: Loss) -> Tensor:
        self.strategy = self.strategy or self._replay_generations(start)
        children = [self.strategy.ask() for _ in range(self.population)]
        losses = torch.tensor(
            [loss(torch.from_numpy(child).to(start)) for child in children]
        )
        self._tell_losses(children, losses)
        self.memory_of_search["losses"].append(losses)
        return torch.from_numpy(self.strategy.mean).to(start)

    def _replay_generations(self, start: Tensor) -> CMA | SepCMA:
        """The strategy after all generations so far: a resumed run tells it once more what it
        was told.
        """
        own = self.memory_of_search
        first = own.setdefault("start", start.cpu().double())
        kind = CMA if len(first) <= _MAX_FULL else SepCMA
        deviation = own.setdefault("deviation", self.lr)
        self.strategy = kind(
            first.cpu().numpy().copy(),
            deviation,
            seed=self.seed,
            population_size=self.population,
        )
        for losses in own.setdefault("losses", []):
            self._tell_losses(
                [self.strategy.ask() for _ in range(self.population)], losses
            )
        return self.strategy

    def _tell_losses(self, children: list[np.ndarray], losses: Tensor) -> None:
        assert self.strategy is not None
        self.strategy.tell(
            list(zip(children, losses.clamp_max(1e30).tolist(), strict=True))
        )


def _population_size(given: int | None, size: int) -> int:
    return given or 4 + int(3 * log(max(1, size)))
