"""What an optimizer asks: passes add up to the batch, and all calls of a step are about the
same numbers.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from conftest import fill
from running import TINY, configured, here
from torch import Tensor, nn

from auris.data.loader import Batch, MicroBatches
from auris.features.pooling import MeanDeviation
from auris.models.mlp import Linear, Mlp
from auris.models.network import Network
from auris.training.closure import Closure
from auris.training.experiment import Experiment
from auris.training.run import train

CLIPS, SHAPE, CLASSES = 10, (1, 4, 9), 3


def linear() -> Linear:
    return Linear(SHAPE, (CLASSES,), MeanDeviation())


def perceptron(dropout: float = 0.0) -> Mlp:
    return Mlp(
        SHAPE,
        (CLASSES,),
        MeanDeviation(),
        activation="Tanh",
        batch_norm=False,
        dropout=dropout,
    )


def step(micro_batch_size: int) -> MicroBatches:
    draw = torch.Generator().manual_seed(0)
    wave, every = torch.randn(CLIPS, *SHAPE, generator=draw), torch.arange(CLIPS)
    target = torch.randn(CLIPS, CLASSES, generator=draw).softmax(1)
    return MicroBatches(
        lambda index: Batch(wave, index, target[index], index), every, micro_batch_size
    )


def closure(model: nn.Module, micro_batch_size: int, noise: float = 0.0) -> Closure:
    """Of a model whose input is augmented with noise."""

    def loss(batch: Batch) -> Tensor:
        x = batch.wave + noise * torch.randn_like(batch.wave)
        return nn.functional.cross_entropy(model(x), batch.target)

    return Closure(step(micro_batch_size), loss, model, lambda value: value.backward())


def gradient(model: nn.Module) -> Tensor:
    return torch.cat(
        [p.grad.flatten() for p in model.parameters() if p.grad is not None]
    )


@pytest.mark.parametrize("micro_batch_size", [1, 3, 4, 9])
@pytest.mark.parametrize("build", [linear, perceptron])
def test_passes_add_up_to_the_batch(
    build: Callable[[], Network], micro_batch_size: int
) -> None:
    torch.manual_seed(0)
    model = build()
    whole = closure(model, CLIPS)()
    expected = gradient(model)
    assert len(list(step(micro_batch_size))) > 1
    assert closure(model, micro_batch_size)().item() == pytest.approx(
        whole.item(), rel=1e-6
    )
    torch.testing.assert_close(gradient(model), expected, rtol=0, atol=1e-6)


def test_a_call_leaves_its_own_gradient_only() -> None:
    torch.manual_seed(0)
    model = linear()
    ask = closure(model, 3)
    ask()
    once = gradient(model)
    ask()
    assert torch.equal(gradient(model), once) and once.abs().max() > 1e-3


@pytest.mark.parametrize("micro_batch_size", [CLIPS, 3])
def test_all_calls_of_a_step_see_the_same_augmentation_and_dropout(
    micro_batch_size: int,
) -> None:
    torch.manual_seed(0)
    model = perceptron(dropout=0.5)
    ask, other = (
        closure(model, micro_batch_size, noise=1.0),
        closure(model, micro_batch_size, noise=1.0),
    )
    losses = [ask().item() for _ in range(3)]
    assert len(set(losses)) == 1
    torch.randn(5)  # what else draws between two calls does not matter
    assert ask().item() == losses[0]
    # the next step draws anew
    assert closure(model, micro_batch_size, noise=1.0)().item() != losses[0]
    assert other().item() != losses[0]


def test_the_passes_of_a_step_draw_each_their_own() -> None:
    drawn: list[Tensor] = []

    def loss(batch: Batch) -> Tensor:
        drawn.append(torch.rand(()))
        return drawn[-1]

    Closure(step(3), loss, linear(), lambda value: None)()
    assert len(set(map(float, drawn))) == len(drawn) == 4


def test_where_gradients_are_disabled_the_loss_is_the_same_and_no_gradient_is_left() -> (
    None
):
    torch.manual_seed(0)
    model = linear()
    ask = closure(model, 3)
    with_gradient = ask()
    with torch.no_grad():
        without = ask()
    assert torch.equal(without, with_gradient)
    assert not with_gradient.requires_grad
    assert all(p.grad is None for p in model.parameters())


def test_calls_are_counted() -> None:
    model = linear()
    ask = closure(model, 3)
    assert ask.calls == 0
    for _ in range(4):
        ask()
    assert ask.calls == 4


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("closure")
    fill(place / "recordings", each=5)
    return place


def run(place: Path, name: str, *words: str) -> Path:
    """The folder of a run without dice."""
    cfg = configured(
        "data=folder",
        *here(place, name),
        *TINY,
        "data.batch_size=null",
        "trainer.max_epochs=5",
        *words,
    )
    return train(Experiment(cfg)).folder


def weights(folder: Path) -> dict[str, Tensor]:
    return torch.load(folder / "model.pt", weights_only=True)


def curve(folder: Path, figure: str) -> list[float]:
    """A figure of each epoch."""
    names, *rows = [
        line.split(",") for line in (folder / "metrics.csv").read_text().splitlines()
    ]
    return [float(row[names.index(figure)]) for row in rows]


@pytest.mark.parametrize("model", ["linear", "perceptron"])
def test_a_run_of_gradient_descent_in_passes_ends_like_one_of_whole_steps(
    model: str, place: Path
) -> None:
    words = (f"model={model}", "optimizer=gradient_descent")
    whole = run(place, "whole", *words, "data.micro_batch_size=64")
    parts = run(place, "parts", *words, "data.micro_batch_size=3")
    # the weights have moved five times
    assert json.loads((whole / "result.json").read_text())["epochs"] == 5
    losses = curve(whole, "train/loss")
    assert losses[-1] < losses[0] - 0.1
    assert curve(parts, "train/loss") == pytest.approx(losses, rel=1e-5)
    assert weights(whole).keys() == weights(parts).keys()
    for name, value in weights(whole).items():
        torch.testing.assert_close(weights(parts)[name], value, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "words, passes",
    [(["optimizer=gradient_descent"], 5), (["optimizer=random_search"], 5 * 52)],
)
def test_a_run_tells_how_often_it_went_through_the_training_set(
    words: list[str], passes: int, place: Path
) -> None:
    """A random search asks for its start, its 50 draws and what it found."""
    assert (
        curve(run(place, "passes", "model=linear", *words), "work/passes")[-1] == passes
    )
