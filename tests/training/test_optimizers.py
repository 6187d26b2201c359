"""Solvers find what linear algebra finds, and searches reach the minimum of functions whose
minimum is known.
"""

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import fill
from running import TINY, experiment, here
from torch import Tensor, nn
from torch.optim import Optimizer

from auris.core.errors import UserError
from auris.features.pooling import MeanDeviation
from auris.models.autoencoder import LinearAutoencoder
from auris.models.mlp import Linear, Mlp
from auris.models.network import Network
from auris.tasks.reconstruction.task import Reconstruction
from auris.training.optimizers.alternating import Alternating
from auris.training.optimizers.closed_form import ClosedForm
from auris.training.optimizers.evolution import CmaEs, Evolution
from auris.training.optimizers.lbfgs import Lbfgs
from auris.training.optimizers.random_search import GridSearch, RandomSearch
from auris.training.run import train

Function = Callable[[Tensor], Tensor]


class Point(nn.Module):
    """Parameters (n,), in two groups as in a run, and the value of a function there."""

    def __init__(self, function: Function, start: Tensor):
        super().__init__()
        half = len(start) // 2
        self.function = function
        self.one, self.two = (
            nn.Parameter(start[:half].clone()),
            nn.Parameter(start[half:].clone()),
        )

    @property
    def groups(self) -> list[dict]:
        return [{"params": [self.one]}, {"params": [self.two], "weight_decay": 0.0}]

    @property
    def place(self) -> Tensor:
        return torch.cat([self.one, self.two])

    def closure(self) -> Tensor:
        self.zero_grad()
        loss = self.function(self.place)
        if loss.requires_grad:
            loss.backward()
        return loss.detach()

    def walk(self, optimizer: Optimizer, steps: int) -> list[float]:
        """The loss after each step."""
        return [float(optimizer.step(self.closure)) for _ in range(steps)]


def sphere(x: Tensor) -> Tensor:
    return (x - 0.5).square().sum()


def ellipsoid(x: Tensor) -> Tensor:
    """Axes whose curvatures go from 1 to 100."""
    return (100 ** torch.linspace(0, 1, len(x)) * (x - 0.5).square()).sum()


def rosenbrock(x: Tensor) -> Tensor:
    return (100 * (x[1:] - x[:-1].square()).square() + (1 - x[:-1]).square()).sum()


@pytest.mark.parametrize(
    "build, function, size, generations",
    [
        (Evolution, sphere, 10, 150),
        (Evolution, ellipsoid, 10, 450),
        (CmaEs, sphere, 10, 150),
        (CmaEs, ellipsoid, 10, 200),
        (CmaEs, rosenbrock, 2, 120),
    ],
)
def test_evolution_reaches_the_minimum(
    build: type[Evolution | CmaEs], function: Function, size: int, generations: int
) -> None:
    point = Point(function, torch.zeros(size))
    assert function(point.place) > 0.5
    assert point.walk(build(point.groups, lr=0.3), generations)[-1] < 1e-6


@pytest.mark.parametrize("build", [Evolution, CmaEs, RandomSearch])
def test_a_seed_decides_a_search(build: type[Evolution | CmaEs | RandomSearch]) -> None:
    def losses(seed: int) -> list[float]:
        point = Point(sphere, torch.zeros(6))
        torch.rand(7)  # draws elsewhere do not matter
        return point.walk(build(point.groups, seed=seed), 10)

    assert losses(1) == losses(1)
    assert losses(1) != losses(2)


def test_steps_grow_far_from_the_minimum_and_shrink_near_it() -> None:
    point = Point(lambda x: (x - 100).square().sum(), torch.zeros(10))
    search = Evolution(point.groups, lr=0.1)
    point.walk(search, 40)
    far = search.lr
    point.walk(search, 260)
    assert far > 1.0 and search.lr < 0.01
    assert {group["lr"] for group in search.param_groups} == {search.lr}


@pytest.mark.parametrize("build", [Evolution, CmaEs, RandomSearch])
@pytest.mark.parametrize("before", [0, 1, 7])
def test_a_search_goes_on_where_it_was(
    build: type[Evolution | CmaEs | RandomSearch], before: int
) -> None:
    straight = Point(ellipsoid, torch.zeros(6))
    optimizer = build(straight.groups)
    straight.walk(optimizer, before)
    kept, place = deepcopy(optimizer.state_dict()), straight.place.detach()
    expected = straight.walk(optimizer, 10)
    resumed = Point(ellipsoid, place)
    other = build(resumed.groups)
    other.load_state_dict(kept)
    assert resumed.walk(other, 10) == expected
    assert torch.equal(resumed.place, straight.place)


@pytest.mark.parametrize("build", [Evolution, CmaEs])
def test_a_population_grows_with_the_parameters(build: type[Evolution | CmaEs]) -> None:
    groups = Point(sphere, torch.zeros(4)).groups
    assert build(groups, population=4).population == 4
    # 3 ln 10 = 6.9
    assert build(Point(sphere, torch.zeros(10)).groups).population == 4 + 6


@pytest.mark.parametrize("size, kind", [(500, "CMA"), (501, "SepCMA")])
def test_cma_es_learns_scales_only_where_a_matrix_would_be_too_large(
    size: int, kind: str
) -> None:
    point = Point(sphere, torch.zeros(size))
    search = CmaEs(point.groups)
    point.walk(search, 1)
    assert type(search.strategy).__name__ == kind


def test_the_separable_cma_es_goes_on_improving() -> None:
    point = Point(sphere, torch.zeros(501))
    assert point.walk(CmaEs(point.groups), 150)[-1] < 0.5 * float(
        sphere(torch.zeros(501))
    )


def holed(x: Tensor) -> Tensor:
    """NaN where the minimum of the rest would be."""
    value = (x - 1).square().sum()
    return torch.where(x.mean() > 0.3, torch.nan, value)


@pytest.mark.parametrize("build", [Evolution, CmaEs, RandomSearch, GridSearch])
def test_a_loss_that_is_not_a_number_is_never_the_best(
    build: Callable[[list[dict]], Optimizer],
) -> None:
    point = Point(holed, torch.full((4,), -1.0))
    found = point.walk(build(point.groups), 3)[-1]
    assert found == found and found <= float(holed(torch.full((4,), -1.0)))


@pytest.mark.parametrize("build", [RandomSearch, GridSearch])
def test_a_first_loss_that_is_not_a_number_is_left_for_any_other(
    build: Callable[[list[dict]], Optimizer],
) -> None:
    point = Point(
        lambda x: torch.where(x.mean() < -0.9, torch.nan, sphere(x)),
        torch.full((4,), -1.0),
    )
    found = point.walk(build(point.groups), 1)[
        -1
    ]  # the start and the first point of the grid are in the hole
    assert found < 2.0


def test_a_random_search_never_gets_worse() -> None:
    point = Point(sphere, torch.zeros(5))
    losses = [
        float(sphere(point.place.detach())),
        *point.walk(RandomSearch(point.groups, lr=0.3, candidates=10), 30),
    ]
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.6 * losses[0]


def test_a_random_search_keeps_the_best_of_its_draws() -> None:
    tried: list[float] = []

    def watched(x: Tensor) -> Tensor:
        tried.append(float(sphere(x)))
        return sphere(x)

    point = Point(watched, torch.zeros(5))
    (found,) = point.walk(RandomSearch(point.groups, candidates=20), 1)
    assert len(tried) == 22  # the start, the draws, and the best once more
    assert found == min(tried)


def test_a_grid_search_finds_the_best_point() -> None:
    best = torch.tensor([-2.0, 0.0, 2.0])
    point = Point(lambda x: (x - 1.1 * best).abs().sum(), torch.tensor([9.0, 9.0, 9.0]))
    point.walk(GridSearch(point.groups, levels=5, bound=2.0), 1)
    assert torch.equal(point.place, best)


def test_a_grid_may_have_as_many_points_as_was_said() -> None:
    groups = Point(sphere, torch.zeros(5)).groups
    for levels in range(2, 12):
        assert GridSearch(groups, levels, most=levels**5).levels == levels
        with pytest.raises(
            UserError,
            match=f"{levels} values for each of 5 parameters has {levels}\\^5 points",
        ):
            GridSearch(groups, levels, most=levels**5 - 1)


def test_lbfgs_finds_the_bottom_of_the_valley() -> None:
    point = Point(rosenbrock, torch.tensor([-1.2, 1.0], dtype=torch.float64))
    point.walk(Lbfgs(point.groups), 10)
    torch.testing.assert_close(
        point.place, torch.ones(2, dtype=torch.float64), rtol=0, atol=1e-5
    )


FEATURES, OUTPUTS, CLIPS = 6, 3, 40


def factors() -> LinearAutoencoder:
    return LinearAutoencoder((4, 5), Reconstruction((4, 5)), 2)


def linear() -> Linear:
    """A linear model of vectors, in float64."""
    return Linear((FEATURES, 1), (OUTPUTS,), MeanDeviation()).double()


def clips(rank: int = FEATURES) -> tuple[Tensor, Tensor]:
    """Vectors (CLIPS, FEATURES, 1) that span `rank` dimensions, and targets (CLIPS, OUTPUTS)."""
    draw = torch.Generator().manual_seed(0)
    h = (
        torch.randn(CLIPS, rank, generator=draw).double()
        @ torch.randn(rank, FEATURES, generator=draw).double()
    )
    return 10 * h[..., None] + 3, torch.randn(CLIPS, OUTPUTS, generator=draw).double()


def solve(model: nn.Module, x: Tensor, target: Tensor, **settings: float) -> nn.Module:
    def examples() -> Iterator[tuple[Tensor, Tensor]]:
        return zip(x.split(7), target.split(7), strict=True)

    groups = [{"params": list(model.parameters())}]
    ClosedForm(groups, model, examples, nn.MSELoss(), **settings).step(
        lambda: nn.MSELoss()(model(x), target)
    )
    return model


def solution(model: Network) -> np.ndarray:
    """(W + 1, K), the constant last."""
    return np.vstack(
        [
            model.output_layer.weight.detach().numpy().T,
            model.output_layer.bias.detach().numpy(),
        ]
    )


@pytest.mark.parametrize("rank", [FEATURES, 3])
def test_without_ridge_the_closed_form_is_least_squares_of_the_least_norm(
    rank: int,
) -> None:
    x, target = clips(rank)
    found = solution(solve(linear(), x, target, ridge=0.0))
    h = np.hstack([x.flatten(1).numpy(), np.ones((CLIPS, 1))])
    expected, _, known, _ = np.linalg.lstsq(h, target.numpy(), rcond=1e-10)
    assert known == rank + 1
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)
    assert np.abs(expected).max() > 1e-2


@pytest.mark.parametrize("ridge", [0.01, 1.0, 30.0])
def test_the_closed_form_is_where_the_gradient_of_its_objective_is_zero(
    ridge: float,
) -> None:
    x, target = clips()
    model = solve(linear(), x, target, ridge=ridge)

    def objective() -> Tensor:
        held = ridge * x.square().mean() * model.output_layer.weight.square().sum()
        return (model(x) - target).square().sum(1).mean() + held

    slopes = torch.autograd.grad(
        objective(), [model.output_layer.weight, model.output_layer.bias]
    )
    assert all(slope.abs().max() < 1e-9 for slope in slopes)
    h, centred = x.flatten(1) - x.flatten(1).mean(0), target - target.mean(0)
    gram = h.T @ h / CLIPS + ridge * x.square().mean() * torch.eye(FEATURES)
    expected = torch.linalg.solve(gram, h.T @ centred / CLIPS).T
    torch.testing.assert_close(
        model.output_layer.weight.detach(), expected, rtol=0, atol=1e-9
    )


def test_a_ridge_means_the_same_at_any_scale_of_the_features() -> None:
    x, target = clips()
    torch.testing.assert_close(
        solve(linear(), x, target)(x), solve(linear(), 1000 * x, target)(1000 * x)
    )


def test_the_last_layer_only_of_a_deep_network_is_solved_and_that_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr("auris.training.optimizers.closed_form.info", said.append)
    torch.manual_seed(0)
    x, target = clips()
    model = Mlp((FEATURES, 1), (OUTPUTS,), MeanDeviation(), depth=2, width=4).double()
    before = deepcopy(model.state_dict())
    solve(model, x, target, ridge=0.0)
    others = sum(p.numel() for p in model.parameters()) - (4 + 1) * OUTPUTS
    assert (
        len(said) == 1
        and f"the last layer only; {others} other parameters stay" in said[0]
    )
    changed = {
        name
        for name, value in model.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert changed == {"head.1.weight", "head.1.bias"}
    assert model.training
    h = np.hstack([model.eval().embed(x).detach().numpy(), np.ones((CLIPS, 1))])
    np.testing.assert_allclose(
        solution(model), np.linalg.lstsq(h, target.numpy(), rcond=None)[0], atol=1e-7
    )


def test_nothing_is_said_where_the_last_layer_is_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: list[str] = []
    monkeypatch.setattr("auris.training.optimizers.closed_form.info", said.append)
    solve(linear(), *clips())
    assert not said


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss(), nn.L1Loss()])
@pytest.mark.parametrize(
    "build, model", [(ClosedForm, linear()), (Alternating, factors())]
)
def test_solvers_refuse_other_losses(
    build: type, model: nn.Module, loss: nn.Module
) -> None:
    with pytest.raises(UserError, match="choose loss=mse"):
        build([{"params": list(model.parameters())}], model, list, loss)


def test_solvers_refuse_models_that_they_can_not_solve() -> None:
    with pytest.raises(UserError, match="LinearAutoencoder has none"):
        ClosedForm(
            [{"params": list(factors().parameters())}], factors(), list, nn.MSELoss()
        )
    with pytest.raises(UserError, match="choose model=autoencoder_linear"):
        Alternating(
            [{"params": list(linear().parameters())}], linear(), list, nn.MSELoss()
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("optimizers")
    fill(place / "recordings", each=5)
    return place


@pytest.mark.parametrize(
    "words, reason",
    [
        (
            ["model=knn", "optimizer=adamw"],
            "AdamW looks for parameters and NearestNeighbours has none",
        ),
        (["model=knn", "optimizer=lbfgs"], "choose optimizer=fit"),
        (["model=linear", "optimizer=fit"], "Linear can't keep clips"),
        (
            ["model=linear", "optimizer=closed_form", "loss=cross_entropy"],
            "choose loss=mse",
        ),
        (["model=knn", "optimizer=closed_form"], "NearestNeighbours has none"),
        (
            ["model=linear", "optimizer=alternating", "loss=mse"],
            "choose model=autoencoder_linear",
        ),
        (
            ["model=linear", "optimizer=grid_search"],
            r"3\^\d+ points, and 100000 are the most",
        ),
        (
            ["model=linear", "optimizer=evolution", "trainer=ddp"],
            "works in one process",
        ),
    ],
)
def test_a_run_refuses_what_does_not_go_together(
    words: list[str], reason: str, place: Path
) -> None:
    with pytest.raises(UserError, match=reason):
        train(experiment("data=folder", *here(place), *TINY, *words))
    assert not list((place / "out").rglob("config.yaml"))
