"""Gradient methods that need a word to fit in."""

from typing import Annotated, final

import torch

from auris.core.library_settings import LearningRate
from auris.core.ranges import Range
from auris.training.optimizers.base import Groups


@final
class Lbfgs(torch.optim.LBFGS):
    """Limited-memory quasi-Newton steps on the whole training set (Liu and Nocedal, 1989), with
    a line search.

    Args:
        lr: length of the first trial step.
        max_iter: iterations a step.
        history_size: past gradients from which the curvature is guessed.
    """

    def __init__(
        self,
        params: Groups,
        lr: LearningRate = 1.0,
        max_iter: Annotated[int, Range(1, 10_000)] = 10,
        history_size: Annotated[int, Range(1, 1000)] = 10,
    ):
        # it knows one group of parameters only
        flat = [p for group in params for p in group["params"]]
        for p in flat:
            # it can't read a gradient of another layout, such as channels last
            p.data = p.data.contiguous()
        group = [{"params": flat}]
        super().__init__(
            group,
            lr,
            max_iter,
            history_size=history_size,
            line_search_fn="strong_wolfe",
        )
