"""Cross entropy, the focal loss, which looks away from what is known already, and their weights."""

from dataclasses import replace
from math import log

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.utils.class_weight import compute_class_weight
from torch import Tensor

from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.tasks.losses import CrossEntropy, FocalLoss, class_weights

COUNTS = (1, 2, 3, 4, 10)
SPEC = Spec(8000, 1, 8000, "label", tuple("abcde"), class_counts=COUNTS)


@pytest.fixture
def output() -> Tensor:
    return torch.randn(8, 5, generator=torch.Generator().manual_seed(0))


def test_gamma_0_is_cross_entropy(output: Tensor) -> None:
    soft = torch.rand(8, 5, generator=torch.Generator().manual_seed(1)).softmax(1)
    hard = F.one_hot(torch.arange(8) % 5, 5).float()
    for target in (soft, hard):
        assert FocalLoss(SPEC, 0.0)(output, target).item() == pytest.approx(
            F.cross_entropy(output, target).item()
        )


def test_gamma_2_of_a_known_probability() -> None:
    output = torch.tensor([[0.8, 0.2], [0.8, 0.2]]).log()
    target = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    first, second = 0.2**2 * -log(0.8), 0.8**2 * -log(0.2)
    assert FocalLoss(SPEC, 2.0)(output, target).item() == pytest.approx(
        (first + second) / 2
    )


def test_gamma_looks_away_from_the_easy_clip() -> None:
    easy, hard = torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 3.0]])
    target = torch.tensor([[1.0, 0.0]])
    shares = [
        (FocalLoss(SPEC, g)(easy, target) / FocalLoss(SPEC, g)(hard, target)).item()
        for g in (0.0, 1.0, 2.0)
    ]
    assert shares[0] > 10 * shares[1] > 100 * shares[2]


@pytest.mark.parametrize(
    "gamma",
    [0.0, 0.5, 1.0, 2.0],
)
def test_gradient_is_finite_where_the_answer_is_certain(gamma: float) -> None:
    output = torch.tensor([[1000.0, -1000.0], [-1000.0, 1000.0]], requires_grad=True)
    FocalLoss(SPEC, gamma)(output, torch.tensor([[1.0, 0.0], [1.0, 0.0]])).backward()
    assert output.grad is not None and output.grad.isfinite().all()


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    labels = [
        name for name, count in zip("abcde", COUNTS, strict=True) for _ in range(count)
    ]
    expected = compute_class_weight(
        "balanced", classes=np.array(list("abcde")), y=labels
    )
    weights = class_weights("balanced", SPEC)
    assert weights is not None
    assert weights.tolist() == pytest.approx(expected.tolist())


@pytest.mark.parametrize(
    "build", [CrossEntropy, lambda spec, weight: FocalLoss(spec, 0.0, weight)]
)
def test_a_clip_counts_by_the_weight_of_its_class(output: Tensor, build) -> None:
    classes = torch.arange(8) % 5
    target = F.one_hot(classes, 5).float()
    weights = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    expected = F.cross_entropy(output, classes, weights, reduction="none").mean()
    loss = build(SPEC, weight=weights.tolist())
    assert loss(output, target).item() == pytest.approx(expected.item())
    assert not loss.state_dict()
    plain = build(SPEC, weight=None)(output, target)
    assert plain.item() == pytest.approx(F.cross_entropy(output, classes).item())


def test_labels_are_smoothed(output: Tensor) -> None:
    classes = torch.arange(8) % 5
    expected = F.cross_entropy(output, classes, label_smoothing=0.1)
    loss = CrossEntropy(SPEC, label_smoothing=0.1)
    target = F.one_hot(classes, 5).float()
    assert loss(output, target).item() == pytest.approx(expected.item())


@pytest.mark.parametrize(
    ("weight", "counts", "sentence"),
    [
        ([1, 2], COUNTS, "loss.weight has 2 numbers and there are 5 classes: a, b, c"),
        ([1, 2, 0, 1, 1], COUNTS, "a number above 0 for each class: a, b, c, d, e"),
        ([1, 2, float("nan"), 1, 1], COUNTS, "a number above 0"),
        ("balanced", (), "needs training clips of each of several classes"),
        ("balanced", (1, 0, 2, 1, 1), "needs training clips of each"),
    ],
)
def test_weights_that_are_none_are_refused(weight, counts, sentence) -> None:
    spec = replace(SPEC, class_counts=counts)
    with pytest.raises(UserError, match=sentence):
        CrossEntropy(spec, weight)
