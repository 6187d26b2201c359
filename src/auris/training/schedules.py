"""Learning-rate schedules that torch lacks, and when a schedule moves on."""

import math
from typing import Annotated, Any

from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, OneCycleLR, ReduceLROnPlateau

from auris.core.ranges import Range, Share

_POSITION = ("last_epoch", "_step_count", "_last_lr")  # how far a schedule is


class Cosine(LambdaLR):
    """Rise linearly to the learning rate, then fall to zero along half a cosine (Loshchilov and
    Hutter, 2017, eq. 5).

    Args:
        total_steps: optimizer steps of the whole run.
        warm_up: share of them in which the rate rises.
    """

    def __init__(self, optimizer: Optimizer, total_steps: int, warm_up: Share = 0.05):
        rise = max(1, round(warm_up * total_steps))

        def factor(step: int) -> float:
            if step < rise:
                return (step + 1) / rise
            return 0.5 * (
                1
                + math.cos(
                    math.pi * min(1.0, (step - rise) / max(1, total_steps - rise))
                )
            )

        super().__init__(optimizer, factor)


class OneCycle(OneCycleLR):
    """Up to the learning rate and down again (Smith and Topin, 2019), and momentum, where there
    is one, the other way.

    Args:
        pct_start: share of the steps in which the rate rises.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        total_steps: int,
        max_lr: float,
        pct_start: Annotated[float, Range(0.001, 0.999)] = 0.3,
    ):
        has_momentum = (
            bool(optimizer.defaults.get("momentum")) or "betas" in optimizer.defaults
        )
        super().__init__(
            optimizer,
            max_lr,
            total_steps,
            pct_start=pct_start,
            cycle_momentum=has_momentum,
        )


def change_length(saved: Any, old: Any, new: Any) -> Any:
    """The state of a schedule, made for another number of steps: it is as far as it was.

    Args:
        saved: the state.
        old, new: states of fresh schedules of the former and the new length. What differs between
            them is the length's, and comes from the new one.
    """
    if isinstance(saved, dict):
        return {
            key: value
            if key in _POSITION
            else change_length(value, old.get(key), new.get(key))
            for key, value in saved.items()
        }
    if isinstance(saved, list) and len(saved) == len(new):
        parts = zip(saved, old, new, strict=True)
        return [change_length(*part) for part in parts]
    return saved if old == new else new


def step_on(schedule: Any) -> None:
    """Tell a schedule that an optimizer step was taken."""
    if not isinstance(schedule, ReduceLROnPlateau):
        schedule.step()


def watch(schedule: Any, figure: Tensor) -> None:
    """Tell a schedule at the end of an epoch what came out, if it cares."""
    if isinstance(schedule, ReduceLROnPlateau):
        schedule.step(figure)
