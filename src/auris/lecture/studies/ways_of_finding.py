"""Paths of optimizers on one loss surface."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, final

import torch
from matplotlib.axes import Axes
from torch import Tensor

from auris.core.figures import COLOURS
from auris.core.ranges import Length
from auris.core.svg import Picture
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture, draw_trace
from auris.lecture.least_squares import LeastSquares
from auris.lecture.study import Rows, Shown, Study, law_of_bound

_ROUNDING = 1e-6  # of a loss


class _Way(NamedTuple):
    """Where an optimizer went."""

    name: str
    trace: Tensor  # (s + 1, 2) the first two weights of the first output
    excess: Tensor  # (s + 1,) the loss above the lowest
    passes: list[float]  # over the training clips, after each step


@final
class WaysOfFinding(Study):
    """What finds the model, each way from the same start on the same surface.

    Args:
        ways: an optimizer each, with its settings.
    """

    def __init__(self, ways: Annotated[Sequence[str], Length(1, 20)]):
        self.ways = ways

    def show(self, bench: Bench) -> Shown:
        problem = LeastSquares(*bench.prepare(bench.make()))
        best = problem.solve()
        lowest = (problem.inputs @ best - problem.target).square().mean()
        ways = [_find(bench, problem, words, lowest) for words in self.ways]
        below = -min(float(way.excess.min()) for way in ways)
        law = "how far any of them came below the loss of the closed form"
        return Shown(
            [law_of_bound(law, max(below, 0.0), _ROUNDING)],
            [
                draw_picture(
                    lambda axes: _draw_losses(axes, ways),
                    "Loss above the lowest, over passes through the training clips",
                )
            ],
            [_draw_path(way, problem) for way in ways],
            numbers=_list_ways(ways),
        )


def _find(bench: Bench, problem: LeastSquares, words: str, lowest: Tensor) -> _Way:
    name, *settings = words.split()
    walk = bench.walk(f"optimizer={name}", *settings)
    matrices = torch.stack([problem.to_matrix(place) for place in walk.path])
    excess = problem.losses(walk.path) - lowest
    return _Way(name, matrices[:, :2, 0], excess, walk.passes)


def _draw_path(way: _Way, problem: LeastSquares) -> Picture:
    return draw_picture(
        lambda axes: draw_trace(axes, problem, way.trace),
        f"The path of optimizer={way.name}; the cross is the argmin",
    )


def _draw_losses(axes: Axes, ways: Sequence[_Way]) -> None:
    for way, colour in zip(ways, COLOURS * len(ways), strict=False):
        excess = way.excess[1 : len(way.passes) + 1].clamp_min(1e-9)
        mark = "o-" if len(excess) == 1 else "-"
        axes.loglog(way.passes, excess, mark, color=colour, label=way.name)
    axes.set(xlabel="passes", ylabel="loss above the lowest")
    axes.legend(fontsize=8)


def _list_ways(ways: Sequence[_Way]) -> Rows:
    rows = [("optimizer", "steps", "passes", "loss above the lowest, at last")]
    for way in ways:
        steps = str(len(way.trace) - 1)
        rows.append((way.name, steps, f"{way.passes[-1]:.0f}", f"{way.excess[-1]:.2g}"))
    return rows
