"""The gradient of every number, from the loss back to the sound."""

from typing import NamedTuple, final

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.figures import COLOURS
from auris.data.dataset import Dataset
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture
from auris.lecture.layers import layers_of
from auris.lecture.study import Rows, Shown, Sound, Study, law_of_bound
from auris.training.evaluation import peak_normalize
from auris.training.system import System

_EQUAL = 1e-10  # in double precision
_SHOWN_UNITS = 8


class _Layers(NamedTuple):
    """A perceptron: x (W,) -> a = W1 x + b1 -> h = tanh a -> o = W2 h + b2 (K,)."""

    first: nn.Linear
    last: nn.Linear


class _Gradients(NamedTuple):
    """Of the loss, by each of what it depends on."""

    o: Tensor  # (K,)
    h: Tensor  # (H,)
    a: Tensor  # (H,)
    x: Tensor  # (W,)
    weights: tuple[Tensor, Tensor]  # (H, W), (K, H)
    biases: tuple[Tensor, Tensor]  # (H,), (K,)


@final
class BackPropagation(Study):
    """The chain rule by hand beside autograd, for one clip."""

    def show(self, bench: Bench) -> Shown:
        experiment = bench.make()
        system, data = bench.prepare(experiment)
        layers = _find_layers(system)
        index = data.train_clips[:1]
        with torch.no_grad():
            batch = data.split_loader(index).fetch_batch(index)
            features = system.clean_features(batch)
            target = system.task.encode(batch.target, features)[0]  # (K,)
            x = layers_of(system.model.eval()).summary(features)[0]  # (W,)
        system.model.double()
        x, target = x.double(), target.double()
        by_hand = _go_back(layers, x, target)
        worst = _compare(by_hand, layers, x, target, system)
        laws = [
            law_of_bound(f"largest difference of {name} from autograd", value, _EQUAL)
            for name, value in worst.items()
        ]
        return Shown(
            laws,
            [
                draw_picture(
                    lambda axes: _draw_gradient(axes, by_hand.x),
                    "G_x: how much the loss would grow with each feature of this clip",
                )
            ],
            sounds=[_play_clip(experiment.dataset, int(index))],
            numbers=_list_units(layers, x, by_hand),
        )


def _find_layers(system: System) -> _Layers:
    layers = layers_of(system.model)
    has_tanh = any(isinstance(part, nn.Tanh) for part in layers.hidden.modules())
    if len(layers.linear) != 2 or not has_tanh or not system.task.has_classes:
        raise UserError(
            "model: this item goes back through model=perceptron; leave model= away."
        )
    return _Layers(*layers.linear)


@torch.no_grad()
def _go_back(layers: _Layers, x: Tensor, target: Tensor) -> _Gradients:
    """The gradients of the cross entropy, one equation a line."""
    h = layers.first(x).tanh()
    o = layers.last(h)
    g_o = o.softmax(0) - target
    g_h = layers.last.weight.T @ g_o
    g_a = g_h * (1 - h.square())
    g_x = layers.first.weight.T @ g_a
    weights = (torch.outer(g_a, x), torch.outer(g_o, h))
    return _Gradients(g_o, g_h, g_a, g_x, weights, (g_a, g_o))


def _compare(
    by_hand: _Gradients, layers: _Layers, x: Tensor, target: Tensor, system: System
) -> dict[str, float]:
    """How far autograd is from each of the gradients, at most."""
    x = x.clone().requires_grad_()
    a = layers.first(x)
    output = layers.last(a.tanh())
    loss = system.loss(output[None], target[None])
    parameters = [layers.first.weight, layers.last.weight]
    parameters += [layers.first.bias, layers.last.bias]
    g_x, g_a, *others = torch.autograd.grad(loss, [x, a, *parameters])
    own = [*by_hand.weights, *by_hand.biases]
    differences = [_farthest(*pair) for pair in zip(own, others, strict=True)]
    return {
        "G_x": _farthest(by_hand.x, g_x),
        "G_a": _farthest(by_hand.a, g_a),
        "G_W": max(differences[:2]),
        "G_b": max(differences[2:]),
    }


def _farthest(one: Tensor, other: Tensor) -> float:
    return float((one - other).abs().max())


def _play_clip(dataset: Dataset, index: int) -> Sound:
    label = f"The clip: {dataset.clips[index].clip.label}"
    wave = peak_normalize(dataset.wave_of(index))
    return Sound(label, wave, dataset.spec.sample_rate)


def _draw_gradient(axes: Axes, g_x: Tensor) -> None:
    axes.bar(range(len(g_x)), g_x.tolist(), color=COLOURS[0])
    axes.set(xlabel="feature", ylabel="G_x")


@torch.no_grad()
def _list_units(layers: _Layers, x: Tensor, by_hand: _Gradients) -> Rows:
    a = layers.first(x)
    columns = (a, a.tanh(), by_hand.h, by_hand.a)
    rows = [["hidden unit", "a = W x + b", "h = tanh a", "G_h", "G_a = G_h (1 - h²)"]]
    for unit in range(min(_SHOWN_UNITS, len(a))):
        rows.append([str(unit + 1), *(f"{column[unit]:.6f}" for column in columns)])
    return rows
