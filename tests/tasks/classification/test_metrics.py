"""Metrics agree with torchmetrics and scikit-learn, and their intervals cover what they claim."""

from math import isnan

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    roc_auc_score,
)
from torch import Tensor
from torchmetrics.functional import classification as oracle

from auris.tasks.classification.metrics import (
    Accuracy,
    Auroc,
    BalancedAccuracy,
    MacroF1,
)
from auris.tasks.classification.metrics import confusion_matrix as counted
from auris.tasks.metric import Metric, wilson

EVERY = [Accuracy(), BalancedAccuracy(), MacroF1(), Auroc()]


def some(count: int = 60, classes: int = 4, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Probabilities (N, K) that know a little, and classes (N,)."""
    draw = torch.Generator().manual_seed(seed)
    target = torch.randint(classes, (count,), generator=draw)
    logits = torch.randn(count, classes, generator=draw) + F.one_hot(target, classes)
    return logits.softmax(1), target


def scores(*values: float) -> Tensor:
    """(N, 2) probabilities with these of the second class."""
    return torch.tensor([[1 - value, value] for value in values])


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("seed", range(3))
def test_accuracies_and_f1_are_scikit_learns_and_torchmetrics(
    classes: int, seed: int
) -> None:
    decoded, target = some(classes=classes, seed=seed)
    said, true = decoded.argmax(1).numpy(), target.numpy()
    for metric, theirs, name in (
        (Accuracy(), accuracy_score(true, said), "micro"),
        (BalancedAccuracy(), balanced_accuracy_score(true, said), "macro"),
    ):
        assert metric.value(decoded, target) == pytest.approx(theirs)
        again = oracle.multiclass_accuracy(decoded, target, classes, average=name)
        assert metric.value(decoded, target) == pytest.approx(again.item())
    f1 = MacroF1().value(decoded, target)
    assert f1 == pytest.approx(f1_score(true, said, average="macro"))
    assert f1 == pytest.approx(
        oracle.multiclass_f1_score(decoded, target, classes, average="macro").item()
    )


@pytest.mark.parametrize("levels", [2, 5, 1000])
@pytest.mark.parametrize("seed", range(3))
def test_auroc_counts_a_tie_as_half_a_win(levels: int, seed: int) -> None:
    decoded, target = some(classes=2, seed=seed)
    decoded = scores(*((decoded[:, 1] * levels).round() / levels).tolist())
    value = Auroc().value(decoded, target)
    assert value == pytest.approx(roc_auc_score(target, decoded[:, 1]))
    assert value == pytest.approx(oracle.binary_auroc(decoded[:, 1], target).item())


def test_auroc_of_known_orders() -> None:
    target = torch.tensor([0, 0, 1, 1])
    assert Auroc().value(scores(0.1, 0.2, 0.3, 0.4), target) == 1
    assert Auroc().value(scores(0.4, 0.3, 0.2, 0.1), target) == 0
    assert Auroc().value(scores(0.5, 0.5, 0.5, 0.5), target) == 0.5
    assert Auroc().value(scores(0.1, 0.3, 0.2, 0.4), target) == 0.75


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_a_class_that_never_occurs_is_left_out() -> None:
    decoded, target = some(classes=4)
    decoded, target = decoded[target < 3], target[target < 3]
    assert 3 in decoded.argmax(1)  # is said, though never true
    said = decoded.argmax(1)
    assert BalancedAccuracy().value(decoded, target) == pytest.approx(
        balanced_accuracy_score(target, said)
    )
    assert MacroF1().value(decoded, target) == pytest.approx(
        f1_score(target, said, average="macro")
    )
    unseen = F.pad(decoded, (0, 2))  # neither said nor true
    assert BalancedAccuracy().value(unseen, target) == BalancedAccuracy().value(
        decoded, target
    )
    assert MacroF1().value(unseen, target) == MacroF1().value(decoded, target)


def test_one_class_alone() -> None:
    decoded, target = scores(0.1, 0.2, 0.7), torch.zeros(3, dtype=torch.long)
    assert Accuracy().value(decoded, target) == pytest.approx(2 / 3)
    assert BalancedAccuracy().value(decoded, target) == pytest.approx(2 / 3)
    assert MacroF1().value(decoded, target) == pytest.approx((0.8 + 0) / 2)
    assert isnan(Auroc().value(decoded, target))  # there is no pair to compare


def test_an_auroc_that_can_not_be_had_has_no_interval_either() -> None:
    value, low, high, n = Auroc().estimate(
        scores(0.1, 0.2, 0.7), torch.zeros(3, dtype=torch.long), repeats=50
    )
    assert all(map(isnan, (value, low, high))) and n == 3


@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: type(metric).__name__)
def test_whole_weights_equal_repeated_clips(metric: Metric) -> None:
    decoded, target = some(count=20, classes=2)
    decoded = (decoded * 8).round() / 8  # with ties
    weight = torch.randint(0, 4, (5, 20), generator=torch.Generator().manual_seed(1))
    repeated = [
        metric.value(decoded.repeat_interleave(w, 0), target.repeat_interleave(w))
        for w in weight
    ]
    assert metric(decoded, target, weight.float()).tolist() == pytest.approx(repeated)


def test_confusion_is_scikit_learns() -> None:
    decoded, target = some()
    counts = counted(decoded, target, torch.ones(1, len(target)))[0]
    assert np.array_equal(counts, confusion_matrix(target, decoded.argmax(1)))


@pytest.mark.parametrize(
    ("right", "count", "low", "high"),
    [
        (15, 16, 0.717, 0.989),
        (16, 16, 0.806, 1),
        (0, 10, 0, 0.278),
        (50, 100, 0.404, 0.596),
        (1, 1, 0.207, 1),
    ],
)
def test_wilson_interval_of_known_shares(
    right: int, count: int, low: float, high: float
) -> None:
    assert wilson(right / count, count) == pytest.approx((low, high), abs=6e-4)


def test_accuracy_is_told_with_wilsons_interval() -> None:
    decoded, target = scores(*[0.1] * 15, 0.9), torch.zeros(16, dtype=torch.long)
    assert str(Accuracy().estimate(decoded, target)) == "0.938 [0.717, 0.989]"


@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: type(metric).__name__)
def test_a_perfect_score_does_not_claim_certainty(metric: Metric) -> None:
    estimate = metric.estimate(
        scores(*[0.1] * 8, *[0.9] * 8), torch.tensor([0] * 8 + [1] * 8)
    )
    assert estimate == pytest.approx((1.0, 0.806, 1.0, 16), abs=1e-3)


def test_of_one_group_there_is_no_interval_and_of_few_only_that_of_a_share() -> None:
    """A range of four values is too narrow for 95 %; Wilson's interval of two trials is not."""
    decoded, target = some(count=20, classes=2)
    one = torch.zeros(20, dtype=torch.long)
    for metric in EVERY:
        estimate = metric.estimate(decoded, target, group=one)
        assert isnan(estimate.low) and isnan(estimate.high) and estimate.n == 1
        assert str(estimate).endswith("(n = 1)") and not estimate.has_interval
    few = torch.arange(20) % 4
    accuracy = Accuracy().estimate(decoded, target, group=few)
    assert accuracy[1:] == pytest.approx((*wilson(accuracy.value, 4), 4))
    assert isnan(MacroF1().estimate(decoded, target, group=few).low)
    assert MacroF1().estimate(decoded, target, group=torch.arange(20) % 5).has_interval


@pytest.mark.parametrize("metric", EVERY, ids=lambda metric: type(metric).__name__)
def test_a_score_of_nothing_does_not_claim_certainty(metric: Metric) -> None:
    value, low, high, _ = metric.estimate(
        scores(*[0.9] * 8, *[0.1] * 8), torch.tensor([0] * 8 + [1] * 8)
    )
    assert (value, low) == (0, 0) and high == pytest.approx(0.194, abs=1e-3)


def test_estimates_repeat_and_lie_round_the_value() -> None:
    for metric in EVERY:
        decoded, target = some(classes=2)
        value, low, high, n = metric.estimate(decoded, target)
        assert metric.estimate(decoded, target) == (value, low, high, n)
        assert low < value < high


def test_a_resample_that_misses_a_class_does_not_spoil_the_interval() -> None:
    decoded, target = scores(0.1, 0.6, 0.3, 0.2, 0.5), torch.tensor([0, 0, 0, 0, 1])
    assert (
        Auroc().resample(decoded, target, 200, torch.arange(len(target))).isnan().any()
    )
    assert not any(map(isnan, Auroc().estimate(decoded, target, 200)))


@pytest.mark.parametrize(
    ("metric", "truth"),
    [(BalancedAccuracy(), 0.8), (Auroc(), 0.7602)],
    ids=["BalancedAccuracy", "Auroc"],
)
def test_intervals_cover_the_truth_about_19_times_in_20(
    metric: Metric, truth: float
) -> None:
    """Scores are normal, one deviation apart for AUROC: Phi(1 / sqrt 2) = 0.7602; or right in 8
    of 10 cases.
    """
    draw, target = torch.Generator().manual_seed(0), torch.arange(100) % 2
    covered = 0
    for _ in range(200):
        if isinstance(metric, Auroc):
            p = (torch.randn(100, generator=draw) + target).sigmoid()
        else:
            p = torch.where(
                torch.rand(100, generator=draw) < 0.8, target, 1 - target
            ).float()
        _, low, high, _ = metric.estimate(
            torch.stack([1 - p, p], 1), target, repeats=200
        )
        covered += low <= truth <= high
    assert 0.89 <= covered / 200 <= 0.99


def test_wilson_covers_the_truth_for_few_clips() -> None:
    right = torch.from_numpy(np.random.default_rng(0).binomial(20, 0.9, 2000)).tolist()
    covered = [low <= 0.9 <= high for low, high in (wilson(r / 20, 20) for r in right)]
    assert 0.93 <= sum(covered) / len(covered) <= 0.99
