"""What a network gains by bending what it hands on."""

from typing import final

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.lecture.bench import Bench, score_split, stack_pairs
from auris.lecture.drawing import draw_border, draw_clips, draw_picture, span_of
from auris.lecture.study import Shown, Study, law_of_bound
from auris.models.network import Network
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
        fits = [bench.fit(experiment) for experiment in experiments]
        labels = experiments[0].dataset.spec.classes
        pictures = []
        rows = [("activation", "right, of the training clips")]
        for name, fitted in zip(names, fits, strict=True):
            pictures.append(
                draw_picture(
                    lambda axes, fitted=fitted: _draw_decision(axes, fitted, labels),
                    f"What the network with {name} calls {labels[0]}, and the clips",
                )
            )
            rows.append((name, f"{100 * score_split(fitted, 'train'):.0f} %"))
        depth = sum(isinstance(part, nn.Linear) for part in fits[0].system.modules())
        law = law_of_bound(
            f"largest difference of {depth} linear layers from one matrix",
            _compare_with_matrix(fits[0]),
            _EQUAL,
        )
        return Shown([law], pictures, numbers=rows)


@torch.no_grad()
def _compare_with_matrix(fitted: Fitted) -> float:
    """How far the network without an activation is from the product of its layers, at most."""
    network = _network_of(fitted).double()
    features, _ = stack_pairs(fitted.system, fitted.data)
    points = network.body[0](features).double()  # (n, W)
    weight = torch.eye(points.shape[1]).double()
    bias = torch.zeros(points.shape[1]).double()
    for layer in network.modules():
        if isinstance(layer, nn.Linear):
            weight = layer.weight @ weight
            bias = layer.weight @ bias + layer.bias
    output = network.head(network.body[1:](points))  # (n, K)
    difference = float((output - points @ weight.T - bias).abs().max())
    network.float()
    return difference


def _network_of(fitted: Fitted) -> Network:
    model = fitted.system.model.eval()
    if not isinstance(model, Network) or not isinstance(model.body, nn.Sequential):
        raise UserError("model: this item is about layers; choose model=mlp.")
    return model


@torch.no_grad()
def _draw_decision(axes: Axes, fitted: Fitted, labels: tuple[str, ...]) -> None:
    """The first two features, with the others at their mean."""
    network = _network_of(fitted)
    features, target = stack_pairs(fitted.system, fitted.data)
    points = network.body[0](features)  # (n, W)
    draw_clips(axes, points[:, :2], target.argmax(1), labels)

    def margin(places: Tensor) -> Tensor:  # (m, 2) -> (m,)
        full = places.new_zeros(len(places), points.shape[1])
        full[:, :2] = places
        output = network.head(network.body[1:](full))
        return output[:, 0] - output[:, 1:].amax(1)

    draw_border(axes, margin, span_of(points[:, 0]), span_of(points[:, 1]))
    axes.set(xlabel="first feature (std)", ylabel="second feature (std)")
