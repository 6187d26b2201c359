"""Fitting is finding the argmin: a linear model by its closed form."""

from typing import final

import numpy as np
import torch
from matplotlib.axes import Axes
from torch import Tensor

from auris.lecture.bench import Bench
from auris.lecture.drawing import (
    draw_border,
    draw_clips,
    draw_picture,
    draw_surface,
    span_of,
)
from auris.lecture.least_squares import LeastSquares
from auris.lecture.study import Rows, Shown, Study, law_of_bound

_ROUNDING = 1e-5  # of weights that are kept in single precision


@final
class ModelFitting(Study):
    """Weights of the closed form beside those of numpy."""

    def show(self, bench: Bench) -> Shown:
        experiment = bench.make()
        fitted = bench.fit(experiment)
        problem = LeastSquares(fitted.system, fitted.data)
        parameters = [p.detach().flatten() for p in fitted.system.model.parameters()]
        found = problem.to_matrix(torch.cat(parameters))  # (W + 1, K)
        by_numpy, *_ = np.linalg.lstsq(
            problem.inputs.numpy(), problem.target.numpy(), rcond=None
        )
        difference = float((found - torch.from_numpy(by_numpy)).abs().max())
        law = law_of_bound(
            "largest difference of a weight from numpy.linalg.lstsq",
            difference,
            _ROUNDING,
        )
        names = experiment.dataset.spec.classes
        return Shown(
            [law],
            [
                draw_picture(
                    lambda axes: _draw_fit(axes, problem, found, names),
                    "The training clips as two numbers each, and where the model is in doubt",
                ),
                draw_picture(
                    lambda axes: _draw_argmin(axes, problem, found),
                    "The loss over the two weights of the first output; the cross is the argmin",
                ),
            ],
            numbers=_list_weights(found, torch.from_numpy(by_numpy)),
        )


def _draw_fit(
    axes: Axes, problem: LeastSquares, found: Tensor, names: tuple[str, ...]
) -> None:
    points = problem.points[:, :2]
    weights = found[:, 0]
    draw_clips(axes, points, problem.target.argmax(1), names)

    def doubt(places: Tensor) -> Tensor:  # (m, 2) -> (m,)
        return places.double() @ weights[:2] + weights[-1] - 0.5

    draw_border(axes, doubt, span_of(points[:, 0]), span_of(points[:, 1]))
    axes.set(xlabel="first feature (std)", ylabel="second feature (std)")


def _draw_argmin(axes: Axes, problem: LeastSquares, found: Tensor) -> None:
    x, y = found[:2, 0].tolist()
    draw_surface(
        axes,
        lambda points: problem.slice_losses(points, found),
        (x - 1, x + 1),
        (y - 1, y + 1),
    )
    axes.plot(x, y, "x", markersize=10, color="#D55E00")
    axes.set(xlabel="first weight", ylabel="second weight")


def _list_weights(found: Tensor, by_numpy: Tensor) -> Rows:
    rows = [("weight of the first output", "closed form of Auris", "numpy")]
    last = len(found) - 1
    for number, (own, other) in enumerate(
        zip(found[:, 0], by_numpy[:, 0], strict=True)
    ):
        name = "constant" if number == last else f"feature {number + 1}"
        rows.append((name, f"{own:.6f}", f"{other:.6f}"))
    return rows
