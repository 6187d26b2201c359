"""The figures of the lecture, held against another's computation."""

import numpy as np
import pytest
import torch
from torch import nn

from auris.lecture.least_squares import LeastSquares
from auris.lecture.studies.number_of_parameters import expected_parameters
from auris.lecture.studies.origami import Origami, count_regions
from auris.lecture.studies.three_sets import expected_best
from auris.lecture.studies.universal_approximation import (
    interpolate,
    response_of_box,
)
from auris.lecture.study import law_of_bound, law_of_value, log_slope


def test_a_power_law_has_its_exponent() -> None:
    x = torch.tensor([1.0, 3.0, 10.0])
    assert log_slope(x, 7 * x**-0.5) == pytest.approx(-0.5)
    assert log_slope(x, 0.1 * x**2) == pytest.approx(2)


def test_a_law_that_does_not_hold_says_so() -> None:
    assert law_of_value("", 1.04, 1.0, 0.05).holds
    assert not law_of_value("", 1.06, 1.0, 0.05).holds
    assert not law_of_value("", float("nan"), 1.0, 0.05).holds
    assert law_of_bound("", 1e-12, 1e-10).holds
    assert not law_of_bound("", 1e-9, 1e-10).holds


@pytest.mark.parametrize(("width", "depth"), [(2, 1), (2, 6), (3, 3), (5, 2)])
def test_a_folding_network_has_all_its_regions(width: int, depth: int) -> None:
    network = Origami(width, depth, 1)._fold(depth)
    assert count_regions(network, 100_000) == width**depth
    x = torch.linspace(0, 1, 1001).double()
    phase = (x * width**depth) % 2
    triangle = torch.where(phase < 1, phase, 2 - phase)
    with torch.no_grad():
        folded = network(x[:, None, None])[:, 0]
    torch.testing.assert_close(folded, triangle, atol=1e-9, rtol=0)


def test_the_network_of_the_box_is_its_interpolation() -> None:
    knots = np.linspace(0, 1, 33)
    values = response_of_box(torch.from_numpy(knots)).numpy()
    place = torch.linspace(0, 1, 500).double()
    with torch.no_grad():
        answer = interpolate(32)(place[:, None, None])[:, 0]
    expected = np.interp(place.numpy(), knots, values)
    np.testing.assert_allclose(answer.numpy(), expected, atol=1e-8)


def test_the_best_of_many_by_chance_is_what_draws_give() -> None:
    draws = np.random.default_rng(0).binomial(16, 0.5, (20_000, 30)) / 16
    best = draws.max(1)
    mean, deviation = expected_best(30, 16, 0.5)
    assert mean == pytest.approx(best.mean(), abs=0.002)
    assert deviation == pytest.approx(best.std(), abs=0.002)
    assert expected_best(1, 16, 0.5)[0] == pytest.approx(0.5)


def test_parameters_are_those_of_four_layers() -> None:
    layers = nn.Sequential(*(nn.Linear(5, 5) for _ in range(4)))
    assert expected_parameters(5) == sum(p.numel() for p in layers.parameters())


def test_the_bowl_is_the_loss_of_torch() -> None:
    torch.manual_seed(0)
    problem = object.__new__(LeastSquares)
    problem.points = torch.randn(9, 2)
    problem.inputs = torch.nn.functional.pad(problem.points, (0, 1), value=1.0).double()
    problem.target = torch.randn(9, 3).double()
    layer = nn.Linear(2, 3, dtype=torch.float64)

    def loss_at(vector: torch.Tensor) -> torch.Tensor:
        weight, bias = vector.split([6, 3])
        output = problem.points.double() @ weight.view(3, 2).T + bias
        return nn.functional.mse_loss(output, problem.target)

    vector = nn.utils.parameters_to_vector(layer.parameters()).detach()
    assert problem.losses(vector[None])[0] == pytest.approx(float(loss_at(vector)))
    hessian = torch.autograd.functional.hessian(loss_at, vector)
    largest = float(torch.linalg.eigvalsh(hessian)[-1])
    assert problem.largest_curvature() == pytest.approx(largest)
