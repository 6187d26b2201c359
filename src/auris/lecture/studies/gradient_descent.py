"""Steps that are too small, good and too large."""

from collections.abc import Sequence
from typing import Annotated, NamedTuple, final

import torch
from matplotlib.axes import Axes
from torch import Tensor

from auris.core.ranges import Length, Range
from auris.core.svg import Picture
from auris.lecture.bench import Bench
from auris.lecture.drawing import draw_picture, draw_trace
from auris.lecture.least_squares import LeastSquares
from auris.lecture.study import Law, Shown, Study, law_of_value

_LIMIT = 2.0  # in units of 1 / curvature
_WITHIN = 0.02  # of the growth of a step


class _Descent(NamedTuple):
    """Where gradient descent went with a step of `factor` / L."""

    factor: float
    path: Tensor  # (s + 1, p)
    excess: Tensor  # (s + 1,) the loss above the lowest


@final
class GradientDescent(Study):
    """Gradient descent on a bowl, whose largest curvature L says which steps go astray.

    Args:
        factors: steps in units of 1 / L.
    """

    def __init__(
        self,
        factors: Annotated[Sequence[Annotated[float, Range(1e-3, 4)]], Length(1, 9)],
    ):
        self.factors = factors

    def show(self, bench: Bench) -> Shown:
        problem = LeastSquares(*bench.prepare(bench.make()))
        curvature = problem.largest_curvature()
        descents = [self._descend(bench, problem, factor) for factor in self.factors]
        laws = [_law_of(descent) for descent in descents]
        moving = [_draw_path(descent, problem) for descent in descents]
        losses = draw_picture(
            lambda axes: _draw_losses(axes, descents),
            f"Loss above the lowest; the largest curvature L is {curvature:.3g}",
        )
        return Shown(laws, [losses], moving)

    def _descend(self, bench: Bench, problem: LeastSquares, factor: float) -> _Descent:
        lr = factor / problem.largest_curvature()
        walk = bench.walk(f"optimizer.lr={lr:.9g}")
        best = problem.inputs @ problem.solve() - problem.target
        excess = problem.losses(walk.path) - best.square().mean()
        return _Descent(factor, walk.path, excess)


def _law_of(descent: _Descent) -> Law:
    """Along the steepest direction the distance is multiplied by 1 - factor a step."""
    before, after = descent.excess[-2:].tolist()
    step = f"{descent.factor:g}/L"
    if descent.factor > _LIMIT:
        grows = (1 - descent.factor) ** 2
        what = f"growth of the loss in the last step of {step}"
        return law_of_value(what, after / before, grows, _WITHIN)
    first = float(descent.excess[0])
    return Law(
        f"loss above the lowest after all steps of {step}",
        f"{after:.3g}",
        f"less than at first, {first:.3g}",
        after < first,
    )


def _draw_path(descent: _Descent, problem: LeastSquares) -> Picture:
    matrices = torch.stack([problem.to_matrix(place) for place in descent.path])
    trace = matrices[:, :2, 0]  # (s + 1, 2)
    return draw_picture(
        lambda axes: draw_trace(axes, problem, trace),
        f"Steps of {descent.factor:g}/L; the cross is the argmin",
    )


def _draw_losses(axes: Axes, descents: Sequence[_Descent]) -> None:
    for descent in descents:
        label = f"{descent.factor:g}/L"
        axes.semilogy(descent.excess.clamp_min(1e-12), label=label)
    axes.set(xlabel="step", ylabel="loss above the lowest")
    axes.legend()
