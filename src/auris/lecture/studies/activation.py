"""What a network gains by bending what it hands on."""

from typing import final

import torch
from matplotlib.axes import Axes
from torch import Tensor

from auris.core.svg import Picture
from auris.lecture.bench import Bench, score_split, stack_pairs
from auris.lecture.drawing import draw_border, draw_clips, draw_picture, span_of
from auris.lecture.layers import layers_of
from auris.lecture.study import Shown, Study, law_of_bound
from auris.training.fit import Fitted

_EQUAL = 1e-6


@final
class Activation(Study):
    """A deep network without an activation beside one with it.

    Args:
        activation: of the other network, a name of `torch.nn`.
    """

    def __init__(self, activation: str):
        self.activation = activation

    def show(self, bench: Bench) -> Shown:
        names = ("Identity", self.activation)
        words = [f"model.activation={name}" for name in names]
        experiments = [bench.make(word) for word in words]
        fits = [bench.fit(each, validate=False) for each in experiments]
        labels = experiments[0].dataset.spec.classes
        pairs = list(zip(names, fits, strict=True))
        pictures = [_draw_fit(name, fitted, labels) for name, fitted in pairs]
        rows = [("activation", "right, of the training clips")]
        for name, fitted in pairs:
            rows.append((name, f"{100 * score_split(fitted, 'train'):.0f} %"))
        depth = len(layers_of(fits[0].system.model).linear)
        law = law_of_bound(
            f"largest difference of {depth} linear layers from one matrix",
            _compare_with_matrix(fits[0]),
            _EQUAL,
        )
        return Shown([law], pictures, numbers=rows)


@torch.no_grad()
def _compare_with_matrix(fitted: Fitted) -> float:
    """How far the network without an activation is from the product of its layers, at most."""
    model = fitted.system.model.eval()
    layers = layers_of(model)
    features, _ = stack_pairs(fitted.system, fitted.data)
    points = layers.summary(features).double()  # (n, W)
    model.double()
    weight = torch.eye(points.shape[1]).double()
    bias = torch.zeros(points.shape[1]).double()
    for layer in layers.linear:
        weight = layer.weight @ weight
        bias = layer.weight @ bias + layer.bias
    difference = layers.answer(points) - (points @ weight.T + bias)  # (n, K)
    return float(difference.abs().max())


def _draw_fit(name: str, fitted: Fitted, labels: tuple[str, ...]) -> Picture:
    return draw_picture(
        lambda axes: _draw_decision(axes, fitted, labels),
        f"What the network with {name} calls {labels[0]}, and the clips",
    )


@torch.no_grad()
def _draw_decision(axes: Axes, fitted: Fitted, labels: tuple[str, ...]) -> None:
    """The first two features, with the others at their mean."""
    layers = layers_of(fitted.system.model.eval())
    features, target = stack_pairs(fitted.system, fitted.data)
    points = layers.summary(features)  # (n, W)
    draw_clips(axes, points[:, :2], target.argmax(1), labels)

    def margin(places: Tensor) -> Tensor:  # (m, 2) -> (m,)
        full = places.new_zeros(len(places), points.shape[1])
        full[:, :2] = places
        output = layers.answer(full)
        return output[:, 0] - output[:, 1:].amax(1)

    draw_border(axes, margin, span_of(points[:, 0]), span_of(points[:, 1]))
    axes.set(xlabel="first feature (std)", ylabel="second feature (std)")
