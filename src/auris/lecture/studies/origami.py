"""Depth folds: what a network with so many layers can make of a line."""

from collections.abc import Sequence
from typing import Annotated, final

import torch
from matplotlib.axes import Axes
from torch import Tensor, nn

from auris.core.ranges import Range
from auris.core.svg import Picture
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture
from auris.lecture.layers import layers_of
from auris.lecture.study import Law, Shown, Sound, Study, law_of_bound, law_of_value
from auris.models.mlp import Mlp

_RATE = 16_000  # Hz
_SECONDS = 1.0
_TONE = 110.0  # Hz, of what is folded
_POINTS_PER_FOLD = 64
_LEAST_POINTS = 100_000


@final
class Origami(Study):
    """A network of the framework whose weights fold [0, 1] in each layer, and unlearnt ones.

    Args:
        width: units of a layer.
        depth: layers.
        others: networks with the weights that training begins from.
    """

    def __init__(
        self,
        width: Annotated[int, Range(2, 8)],
        depth: Annotated[int, Range(1, 6)],
        others: Annotated[int, Range(1, 1000)],
    ):
        self.width = width
        self.depth = depth
        self.others = others

    def show(self, bench: Bench) -> Shown:
        depths = range(1, self.depth + 1)
        networks = [self._fold(depth) for depth in depths]
        points = max(_LEAST_POINTS, _POINTS_PER_FOLD * self.width**self.depth)
        torch.manual_seed(bench.make().seed)
        plain = [self._build(self.depth) for _ in range(self.others)]
        regions = [count_regions(network, points) for network in plain]
        return Shown(
            [
                *(self._law_of_folds(network, points) for network in networks),
                law_of_bound(
                    f"most regions of {self.others} networks with weights by chance",
                    max(regions),
                    self.width ** (self.depth - 1) * (self.width + 1),
                ),
            ],
            [
                draw_picture(
                    lambda axes: _draw_regions(axes, regions),
                    f"Regions of {self.others} networks of the same size with weights by chance",
                )
            ],
            [_draw_network(network) for network in networks],
            [_play_folded(network) for network in networks],
        )

    def _build(self, depth: int) -> Mlp:
        """A network of one input and one output."""
        network = Mlp(
            (1, 1),
            (1,),
            nn.Identity(),
            depth=depth,
            width=self.width,
            batch_norm=False,
            dropout=0.0,
        )
        return network.double().eval()

    @torch.no_grad()
    def _fold(self, depth: int) -> Mlp:
        """Folds [0, 1] into `width` pieces in each layer (Montufar et al., 2014, section 3.1).

        A unit is max(0, x - k / width); with these factors their sum goes up and down, from 0
        to 1.
        """
        network = self._build(depth)
        first, *others = layers_of(network).linear
        kinks = torch.arange(self.width).double() / self.width
        signs = (-1.0) ** torch.arange(self.width).double()
        factors = 2.0 * self.width * signs
        factors[0] = self.width
        first.weight.fill_(1.0)
        first.bias.copy_(-kinks)
        for layer in others:
            layer.weight.copy_(factors.expand_as(layer.weight))
            layer.bias.copy_(-kinks[: len(layer.bias)])
        return network

    def _law_of_folds(self, network: Mlp, points: int) -> Law:
        depth = _depth_of(network)
        what = f"regions of {depth} folding layers of {self.width} units"
        regions = count_regions(network, points)
        return law_of_value(what, regions, self.width**depth, 0.0)


@torch.no_grad()
def count_regions(network: Mlp, points: int) -> int:
    """In how many pieces of [0, 1] the network is linear: another one begins where a unit starts
    or stops.
    """
    # no point lies on a fold
    x = (torch.arange(points).double()[:, None] + 0.4567) / points
    patterns = []
    for layer in layers_of(network).hidden:
        x = layer(x)  # (points, width)
        patterns.append(x > 0)
    active = torch.cat(patterns, 1)  # (points, depth x width)
    changes = (active[1:] != active[:-1]).any(1)
    return 1 + int(changes.sum())


def _depth_of(network: Mlp) -> int:
    """How many hidden layers it has."""
    return len(layers_of(network).hidden)


@torch.no_grad()
def _fold_points(network: Mlp, x: Tensor) -> Tensor:  # (n,) -> (n,)
    return network(x.double()[:, None, None])[:, 0].float()


def _draw_network(network: Mlp) -> Picture:
    depth = _depth_of(network)
    x = torch.linspace(0, 1, 2000)

    def paint(axes: Axes) -> None:
        axes.plot(x, _fold_points(network, x), linewidth=1)
        axes.set(xlabel="input", ylabel="output", ylim=(-0.1, 1.1))

    return draw_picture(paint, f"Folding layers: {depth}")


def _draw_regions(axes: Axes, regions: Sequence[int]) -> None:
    axes.hist(regions, bins=range(1, max(regions) + 2))
    axes.set(xlabel="regions", ylabel="networks")


def _play_folded(network: Mlp) -> Sound:
    """A tone that goes up and down between 0 and 1, through the network."""
    depth = _depth_of(network)
    time = torch.arange(round(_SECONDS * _RATE)) / _RATE
    phase = (_TONE * time) % 1.0
    folded = _fold_points(network, 1 - (2 * phase - 1).abs())
    wave = 0.5 * (2 * folded - 1)
    return Sound(f"A tone of {_TONE:g} Hz through folding layers: {depth}", wave, _RATE)
