"""Pictures of the lecture's pages."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from cycler import cycler
from matplotlib import rc_context
from matplotlib.axes import Axes
from torch import Tensor

from auris.core.figures import COLOURS, new_figure
from auris.core.svg import Picture, embed_figure, page_theme
from auris.lecture.least_squares import LeastSquares

_STYLE = {"legend.frameon": False, "axes.prop_cycle": cycler(color=COLOURS)}
_SIZE = (5.2, 3.4)  # inches
_GRID = 60  # points of a surface along each axis
_SPACE = 0.3  # around a path, as a part of it
_LEVELS = 14  # contours of a surface

Span = tuple[float, float]


def draw_picture(
    paint: Callable[[Axes], object], caption: str, size: tuple[float, float] = _SIZE
) -> Picture:
    """A picture of one pair of axes, which `paint` draws in."""
    with page_theme(), rc_context(_STYLE):  # type: ignore[arg-type]
        figure = new_figure(*size)
        paint(figure.add_subplot())
        figure.tight_layout()
    return embed_figure(figure, caption, caption)


def draw_clips(
    axes: Axes, points: Tensor, target: Tensor, names: Sequence[str]
) -> None:
    """Clips as points (n, 2), in the colour of their classes (n,)."""
    for number, name in enumerate(names):
        x, y = points[target == number].T.tolist()
        colour = COLOURS[number % len(COLOURS)]
        axes.plot(x, y, "o", markersize=4, color=colour, label=name)
    axes.legend(fontsize=8)


def draw_surface(
    axes: Axes, value: Callable[[Tensor], Tensor], x: Span, y: Span
) -> None:
    """Contours of `value`, which makes (m,) of points (m, 2), in equal steps of its logarithm."""
    across, up, height = _on_grid(value, x, y)
    levels = np.geomspace(height.min() + 1e-12, height.max(), _LEVELS)
    axes.contour(
        across, up, height, np.unique(levels), colors="#888888", linewidths=0.8
    )


def draw_border(
    axes: Axes, value: Callable[[Tensor], Tensor], x: Span, y: Span
) -> None:
    """Where `value`, which makes (m,) of points (m, 2), is zero."""
    across, up, height = _on_grid(value, x, y)
    axes.contour(across, up, height, [0.0], colors=COLOURS[3], linewidths=1.5)


def draw_trace(axes: Axes, problem: LeastSquares, trace: Tensor) -> None:
    """A path (s, 2) of the first two weights on the loss surface; the cross is the argmin."""
    best = problem.solve()
    seen = torch.cat([trace, best[None, :2, 0]])
    x, y = (span_of(values, _SPACE) for values in seen.T)
    draw_surface(axes, lambda at: problem.slice_losses(at, best), x, y)
    axes.plot(*trace.T.tolist(), ".-", color=COLOURS[1], linewidth=1)
    axes.plot(*best[:2, 0].tolist(), "x", markersize=10, color=COLOURS[2])
    axes.set(xlabel="first weight", ylabel="second weight")


def span_of(values: Tensor, margin: float = 0.15) -> Span:
    """The range of (n,) with some space around."""
    low, high = float(values.min()), float(values.max())
    space = margin * max(high - low, 1e-9)
    return low - space, high + space


def _on_grid(
    value: Callable[[Tensor], Tensor], x: Span, y: Span
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A surface over a grid: (g,), (g,), (g, g)."""
    across = torch.linspace(*x, _GRID)
    up = torch.linspace(*y, _GRID)
    rows, columns = torch.meshgrid(up, across, indexing="ij")
    points = torch.stack([columns.flatten(), rows.flatten()], 1)  # (g g, 2)
    height = value(points).view(_GRID, _GRID)
    return across.numpy(), up.numpy(), height.detach().numpy()
