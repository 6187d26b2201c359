"""The gradient that a step follows is that of the lecture's equations, and is as noisy as
statistics has it.
"""

from itertools import pairwise

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.data.loader import Batch, Loader
from auris.features.pooling import MeanDeviation
from auris.models.mlp import Mlp
from auris.training.closure import Closure

FEATURES, CLASSES = 6, 3


def perceptron(depth: int) -> Mlp:
    torch.manual_seed(0)
    settings = {
        "depth": depth,
        "width": 5,
        "activation": "Tanh",
        "batch_norm": False,
        "dropout": 0.0,
    }
    # type: ignore[arg-type]
    return Mlp((FEATURES, 1), (CLASSES,), MeanDeviation(), **settings).double()


def loader(clips: int, batch_size: int, micro_batch_size: int) -> Loader:
    """Clips that are their own features, (N, FEATURES, 1), ordered by class as on many a disk."""
    draw = torch.Generator().manual_seed(1)
    wave = torch.randn(clips, FEATURES, 1, generator=draw, dtype=torch.float64)
    label, _ = torch.randint(CLASSES, (clips,), generator=draw).sort()
    target, every = F.one_hot(label, CLASSES).double(), torch.arange(clips)
    return Loader(wave, target, every, every, batch_size, micro_batch_size, seed=0)


def gradient(model: nn.Module, loss: nn.Module, step: object) -> list[Tensor]:
    """What a step of a run leaves in the parameters."""

    def loss_of(batch: Batch) -> Tensor:
        return loss(model(batch.wave), batch.target)

    Closure(step, loss_of, model, lambda value: value.backward())()  # type: ignore[arg-type]
    return [p.grad.clone() for p in model.parameters() if p.grad is not None]


def squared_error(y: np.ndarray, target: np.ndarray) -> np.ndarray:
    """G_x of the last layer, (K, B), of the mean over K outputs of (y - t)^2."""
    return 2 * (y - target) / len(y)


def cross_entropy(y: np.ndarray, target: np.ndarray) -> np.ndarray:
    """G_a of the last layer, (K, B), of -sum t log softmax(y)."""
    share = np.exp(y) / np.exp(y).sum(0)
    return share - target


def by_hand(
    model: nn.Module, slope: object, x: np.ndarray, target: np.ndarray
) -> list[np.ndarray]:
    """The lecture's back-propagation for clips (n, B), averaged over them: G_W and G_b of each
    layer in turn.
    """
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    weights = [layer.weight.detach().numpy() for layer in layers]
    xs = [x]
    for layer, weight in zip(layers[:-1], weights[:-1], strict=True):
        xs.append(np.tanh(weight @ xs[-1] + layer.bias.detach().numpy()[:, None]))
    y = weights[-1] @ xs[-1] + layers[-1].bias.detach().numpy()[:, None]
    g_a, found = slope(y, target) / x.shape[1], []  # type: ignore[operator]
    for weight, x_in in zip(reversed(weights), reversed(xs), strict=True):
        found += [g_a.sum(1), g_a @ x_in.T]  # G_b, G_W
        g_x = weight.T @ g_a
        g_a = g_x * (1 - x_in**2)  # tanh' = 1 - tanh^2
    return found[::-1]


@pytest.mark.parametrize("micro_batch_size", [8, 3])
@pytest.mark.parametrize(
    "loss, slope",
    [(nn.MSELoss(), squared_error), (nn.CrossEntropyLoss(), cross_entropy)],
)
def test_a_step_follows_the_gradient_of_the_lecture(
    loss: nn.Module, slope: object, micro_batch_size: int
) -> None:
    model, batches = perceptron(depth=4), loader(40, 8, micro_batch_size)
    step = next(iter(batches))
    x, target = (
        batches.wave[step.index].flatten(1).numpy().T,
        batches.target[step.index].numpy().T,
    )
    expected = by_hand(model, slope, x, target)
    found = gradient(model, loss, step)
    # G_W and G_b of four hidden layers and of the last
    assert len(found) == len(expected) == 10
    for ours, theirs in zip(found, expected, strict=True):
        assert np.abs(theirs).max() > 1e-4
        np.testing.assert_allclose(ours.numpy(), theirs, rtol=0, atol=1e-10)


def flat(parts: list[Tensor]) -> Tensor:
    return torch.cat([part.flatten() for part in parts])


def test_the_noise_of_a_mini_batch_falls_with_the_root_of_its_size() -> None:
    """Within 10 % of s sqrt((N - B) / (N - 1) / B), s of single clips, as batches are drawn
    without replacement.
    """
    model, loss, clips, sizes = (
        perceptron(depth=1),
        nn.CrossEntropyLoss(),
        512,
        [4, 16, 64],
    )
    # (N, P)
    each = torch.stack([flat(gradient(model, loss, [one])) for one in singles(clips)])
    mean = flat(gradient(model, loss, next(iter(loader(clips, clips, clips)))))
    torch.testing.assert_close(each.mean(0), mean, rtol=0, atol=1e-12)
    single = float((each - mean).square().sum(1).mean().sqrt())
    deviations = []
    for size in sizes:
        batches = loader(clips, size, size)
        found = torch.stack(
            [
                flat(gradient(model, loss, s))
                for e in range(size)
                for s in epoch(batches, e)
            ]
        )
        deviations.append(float((found - mean).square().sum(1).mean().sqrt()))
        # an epoch of equal batches has no bias
        torch.testing.assert_close(found.mean(0), mean, rtol=0, atol=1e-12)
        assert deviations[-1] == pytest.approx(
            single * ((clips - size) / (clips - 1) / size) ** 0.5, rel=0.1
        )
    slopes = [np.log(b / a) / np.log(4) for a, b in pairwise(deviations)]
    assert slopes == pytest.approx([-0.5, -0.5], abs=0.06)


def singles(clips: int) -> list[Batch]:
    batches = loader(clips, clips, 1)
    return [batches.fetch_batch(torch.tensor([i])) for i in range(clips)]


def epoch(batches: Loader, number: int) -> Loader:
    batches.set_epoch(number)
    return batches
