"""The focal loss is cross entropy that looks away from what is known already."""

from math import log

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from auris.tasks.losses import FocalLoss


@pytest.fixture
def output() -> Tensor:
    return torch.randn(8, 5, generator=torch.Generator().manual_seed(0))


def test_gamma_0_is_cross_entropy(output: Tensor) -> None:
    soft = torch.rand(8, 5, generator=torch.Generator().manual_seed(1)).softmax(1)
    hard = F.one_hot(torch.arange(8) % 5, 5).float()
    for target in (soft, hard):
        assert FocalLoss(0.0)(output, target).item() == pytest.approx(
            F.cross_entropy(output, target).item()
        )


def test_gamma_2_of_a_known_probability() -> None:
    output = torch.tensor([[0.8, 0.2], [0.8, 0.2]]).log()
    target = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    first, second = 0.2**2 * -log(0.8), 0.8**2 * -log(0.2)
    assert FocalLoss(2.0)(output, target).item() == pytest.approx((first + second) / 2)


def test_gamma_looks_away_from_the_easy_clip() -> None:
    easy, hard = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    target = torch.tensor([[1.0, 0.0]])
    shares = [
        (FocalLoss(g)(easy, target) / FocalLoss(g)(hard, target)).item()
        for g in (0.0, 1.0, 2.0)
    ]
    assert shares[0] > 10 * shares[1] > 100 * shares[2]


@pytest.mark.parametrize(
    "gamma",
    [0.0, 0.5, 1.0, 2.0],
)
def test_gradient_is_finite_where_the_answer_is_certain(gamma: float) -> None:
    output = torch.tensor([[1000.0, -1000.0], [-1000.0, 1000.0]], requires_grad=True)
    FocalLoss(gamma)(output, torch.tensor([[1.0, 0.0], [1.0, 0.0]])).backward()
    assert output.grad is not None and output.grad.isfinite().all()
