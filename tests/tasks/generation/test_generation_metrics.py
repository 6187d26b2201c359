"""Measures of new clips against known answers, and against other implementations."""

import math

import numpy as np
import pytest
import torch
from sklearn.metrics.pairwise import polynomial_kernel as sklearn_kernel
from torch import Tensor

from auris.tasks.generation.metrics import (
    Copies,
    Coverage,
    Density,
    KernelDistance,
    Misfit,
    Precision,
    Recall,
)
from auris.tasks.generation.sets import (
    EMBEDDED,
    HELD_OUT,
    SETS,
    TRAINING,
    Compared,
    unpack,
)
from auris.tasks.metric import Metric

N = 60


def spread(seed: int, shift: float = 0.0, count: int = N) -> Tensor:
    draw = torch.Generator().manual_seed(seed)
    return torch.randn(count, EMBEDDED, generator=draw) + shift


def packed(held_out: Tensor, drawn: Tensor, distance: Tensor | None = None) -> Tensor:
    """Decoded outputs of these embeddings; training clips are 1 to 2 apart from each other."""
    count = len(held_out)
    far = torch.linspace(1, 2, count)
    distances = dict.fromkeys((HELD_OUT, TRAINING, *SETS), far)
    distances["drawn"] = far if distance is None else distance
    distances["replay"] = torch.zeros(count)
    embedded = {**dict.fromkeys(SETS, drawn), HELD_OUT: held_out}
    return Compared(torch.arange(count).float(), distances, embedded).pack()


def value(metric: Metric, decoded: Tensor) -> float:
    return metric.value(decoded, torch.zeros(len(decoded)))


def test_what_is_packed_is_unpacked() -> None:
    compared = unpack(packed(spread(0), spread(1)))
    assert torch.equal(compared.embedded[HELD_OUT], spread(0))
    assert torch.equal(compared.embedded["gaussian"], spread(1))
    assert compared.distance["replay"].sum() == 0
    assert compared.error.tolist() == list(range(N))


def test_the_kernel_distance_is_that_of_the_formula() -> None:
    held_out, drawn = spread(0), spread(1, 0.5)
    within = [
        np.mean(sklearn_kernel(x, x, coef0=1)[~np.eye(N, dtype=bool)])
        for x in (held_out.numpy(), drawn.numpy())
    ]
    across = sklearn_kernel(held_out, drawn, coef0=1).mean()
    expected = sum(within) - 2 * across
    found = value(KernelDistance("drawn"), packed(held_out, drawn))
    assert found == pytest.approx(expected, rel=1e-3)


def test_the_kernel_distance_is_near_0_of_one_distribution_and_grows() -> None:
    distances = [
        value(KernelDistance("drawn"), packed(spread(0), spread(1, shift)))
        for shift in (0.0, 0.5, 1.0)
    ]
    assert abs(distances[0]) < 0.1 < distances[1] < distances[2]


def test_weights_count_as_clips_that_are_there_so_often() -> None:
    decoded = packed(spread(0), spread(1))
    weight = torch.zeros(2, N)
    weight[0, :30] = 1
    weight[1] = 2
    few, doubled = KernelDistance("drawn")(decoded, torch.zeros(N), weight)
    assert few == pytest.approx(value(KernelDistance("drawn"), decoded[:30]), rel=1e-3)
    # a clip and itself are no pair of clips
    whole = value(KernelDistance("drawn"), decoded)
    assert doubled == pytest.approx(whole, rel=1e-3)


@pytest.mark.parametrize(
    ("metric", "alike", "apart"),
    [
        (Precision("drawn"), 1, 0),
        (Recall("drawn"), 1, 0),
        (Coverage("drawn"), 1, 0),
        (Density("drawn"), 1.1, 0),
    ],
)
def test_sets_that_are_the_same_and_sets_that_are_apart(
    metric: Metric, alike: float, apart: float
) -> None:
    assert value(metric, packed(spread(0), spread(0))) == pytest.approx(alike, abs=0.11)
    assert value(metric, packed(spread(0), spread(1, 100.0))) == apart


def test_a_set_that_has_lost_a_half_has_precision_and_no_recall() -> None:
    two = torch.cat([spread(0, count=30), spread(1, 20.0, count=30)])
    one = torch.cat([spread(2, count=30), spread(3, count=30)])
    decoded = packed(two, one)
    assert value(Precision("drawn"), decoded) > 0.5
    assert value(Recall("drawn"), decoded) < 0.6
    assert value(Coverage("drawn"), decoded) <= 0.5


def test_neighbourhoods_are_those_of_a_line() -> None:
    """Held-out clips at 0, 1, ..., 9 and new ones at 2.5 and far away."""
    held_out = torch.zeros(10, EMBEDDED)
    held_out[:, 0] = torch.arange(10)
    drawn = torch.full((10, EMBEDDED), 1000.0)
    drawn[0] = 0
    drawn[0, 0] = 2.5
    decoded = packed(held_out, drawn)
    # balls reach to the fifth nearest: 5 from 0, 4 from 1, 3 from 2 to 7 and so on
    radius = torch.tensor([5, 4, 3, 3, 3, 3, 3, 3, 4, 5])
    inside = ((held_out[:, 0] - 2.5).abs() < radius).sum()
    assert value(Precision("drawn"), decoded) == pytest.approx(0.1)
    assert value(Density("drawn"), decoded) == pytest.approx(inside / 5 / 10)
    assert value(Coverage("drawn"), decoded) == pytest.approx(inside / 10)


def test_replaying_fails_the_test_of_copies_and_others_pass() -> None:
    decoded = packed(spread(0), spread(1))
    assert value(Copies("replay"), decoded) == 1
    assert value(Copies("drawn"), decoded) == pytest.approx(0.05, abs=0.01)
    half = torch.where(torch.arange(N) < N // 2, 0.01, 1.5)
    assert value(Copies("drawn"), packed(spread(0), spread(1), half)) == 0.5


def test_the_misfit_is_the_mean_error_and_the_others_wait_for_the_end() -> None:
    decoded = torch.tensor([[1.0], [3.0]])
    assert value(Misfit(), decoded) == 2
    for metric in (KernelDistance("drawn"), Coverage("drawn"), Copies("drawn")):
        assert math.isnan(value(metric, decoded))
