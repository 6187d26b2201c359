"""What a layer's width costs."""

from collections.abc import Sequence
from time import perf_counter
from typing import Annotated, NamedTuple, final

import torch
from matplotlib.axes import Axes
from torch import nn

from auris.core.ranges import Count, Length, Range
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture
from auris.lecture.study import Law, Shown, Study
from auris.models.mlp import Mlp

_LAYERS = 4
_CLIPS = 64  # that go through at once


class _Cost(NamedTuple):
    """What a network of N inputs, three hidden layers of N and N outputs costs."""

    width: int
    parameters: int
    seconds: float  # of a pass


@final
class NumberOfParameters(Study):
    """Four layers from N to N numbers: counted and timed.

    Args:
        widths: N of each network.
        passes: of which the quickest counts.
    """

    def __init__(
        self,
        widths: Annotated[Sequence[Annotated[int, Range(1, 4096)]], Length(1, 20)],
        passes: Count,
    ):
        self.widths = widths
        self.passes = passes

    def show(self, bench: Bench) -> Shown:
        costs = [self._measure(width) for width in self.widths]
        return Shown(
            [_law_of_count(cost) for cost in costs],
            [
                draw_picture(
                    lambda axes: _draw_count(axes, costs),
                    "Parameters of four layers of N units, and the law",
                ),
                draw_picture(
                    lambda axes: _draw_time(axes, costs),
                    f"Time of a pass of {_CLIPS} clips: small networks cost the call, large ones "
                    "the product",
                ),
            ],
        )

    @torch.no_grad()
    def _measure(self, width: int) -> _Cost:
        network = Mlp(
            (width, 1),
            (width,),
            nn.Identity(),
            depth=_LAYERS - 1,
            width=width,
            batch_norm=False,
            dropout=0.0,
        )
        network.eval()
        parameters = sum(p.numel() for p in network.parameters())
        clips = torch.randn(_CLIPS, width, 1)
        seconds = []
        for _ in range(self.passes):
            started = perf_counter()
            network(clips)
            seconds.append(perf_counter() - started)
        return _Cost(width, parameters, min(seconds))


def expected_parameters(width: int) -> int:
    """A weight for each pair of units of two layers, and a constant for each unit."""
    return _LAYERS * (width + width**2)


def _law_of_count(cost: _Cost) -> Law:
    expected = expected_parameters(cost.width)
    return Law(
        f"parameters at N = {cost.width}",
        f"{cost.parameters}",
        f"4 (N + N²) = {expected}",
        cost.parameters == expected,
    )


def _draw_count(axes: Axes, costs: Sequence[_Cost]) -> None:
    widths = [cost.width for cost in costs]
    axes.loglog(widths, [cost.parameters for cost in costs], "o", label="counted")
    axes.loglog(widths, list(map(expected_parameters, widths)), label="4 (N + N²)")
    axes.set(xlabel="N", ylabel="parameters")
    axes.legend()


def _draw_time(axes: Axes, costs: Sequence[_Cost]) -> None:
    axes.loglog([c.width for c in costs], [1e3 * c.seconds for c in costs], "o-")
    axes.set(xlabel="N", ylabel="ms")
