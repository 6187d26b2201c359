"""The cosine schedule rises, peaks at the optimizer's rate, falls to zero, and goes on after a
restart.
"""

from math import cos, pi

import pytest
import torch
from torch import nn

from auris.training.schedules import Cosine, OneCycle


def cosine(total_steps: int = 100, warm_up: float = 0.1, lr: float = 0.5) -> Cosine:
    return Cosine(
        torch.optim.SGD(nn.Linear(1, 1).parameters(), lr=lr), total_steps, warm_up
    )


def rates(schedule: Cosine, steps: int) -> list[float]:
    """The rates with which the optimizer takes its next steps."""
    used = []
    for _ in range(steps):
        used.append(schedule.get_last_lr()[0])
        schedule.optimizer.step()
        schedule.step()
    return used


def test_it_rises_in_even_steps_to_the_optimizers_rate() -> None:
    assert rates(cosine(), 10) == pytest.approx([0.05 * step for step in range(1, 11)])


def test_it_falls_along_half_a_cosine_to_zero() -> None:
    schedule = cosine()
    used = rates(schedule, 100)
    assert max(used) == pytest.approx(0.5) and min(used) > 0
    assert used[10:] == pytest.approx(
        [0.25 * (1 + cos(pi * step / 90)) for step in range(90)]
    )
    assert schedule.get_last_lr()[0] == pytest.approx(0)


def test_it_stays_at_zero_after_the_end() -> None:
    assert rates(cosine(total_steps=10), 15)[10:] == pytest.approx([0] * 5)


@pytest.mark.parametrize("warm_up", [0.0, 1.0])
@pytest.mark.parametrize("total_steps", [1, 2, 7])
def test_short_runs_learn_too(total_steps: int, warm_up: float) -> None:
    assert all(
        0 < rate <= 0.5 for rate in rates(cosine(total_steps, warm_up), total_steps)
    )


def test_a_restored_schedule_goes_on_as_if_nothing_had_happened() -> None:
    stopped, resumed = cosine(), cosine()
    rates(stopped, 40)
    resumed.optimizer.load_state_dict(stopped.optimizer.state_dict())
    resumed.load_state_dict(stopped.state_dict())
    assert rates(resumed, 60) == rates(stopped, 60)


@pytest.mark.parametrize(
    ("kind", "moves"),
    [(torch.optim.Adam, True), (torch.optim.SGD, False), (torch.optim.LBFGS, False)],
)
def test_one_cycle_needs_no_momentum_and_gives_none(
    kind: type[torch.optim.Optimizer], moves: bool
) -> None:
    optimizer = kind(nn.Linear(1, 1).parameters(), lr=0.5)  # type: ignore[call-arg]
    schedule = OneCycle(optimizer, 10, 0.5)
    before = {
        name: value
        for name, value in optimizer.param_groups[0].items()
        if name in ("betas", "momentum")
    }
    assert schedule.get_last_lr()[0] < 0.05
    for _ in range(2):  # of the three steps in which it rises
        optimizer.step(lambda: torch.zeros(()))
        schedule.step()
    assert schedule.get_last_lr()[0] == pytest.approx(0.5)
    assert (
        before != {name: optimizer.param_groups[0][name] for name in before}
    ) == moves
