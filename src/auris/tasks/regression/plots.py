"""Pictures of numbers: what was said against what is true."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from torch import Tensor

from auris.core.figures import COLOURS, escape_math, new_figure

_SIDE = 4.2  # inches of a panel


def plot_numbers(
    decoded: Tensor,
    target: Tensor,
    titles: Sequence[str],
    intervals: bool,
    logarithm: bool,
) -> Figure:
    """Numbers (N, K, 3) with their intervals against true ones (N, K), a panel for each of K."""
    figure, panels = _new_panels(len(titles), _SIDE)
    for k, (axes, title) in enumerate(zip(panels, titles, strict=True)):
        _draw_numbers(axes, decoded[:, k], target[:, k], intervals)
        name = escape_math(title)
        axes.set(xlabel=f"true {name}", ylabel=f"predicted {name}")
        if logarithm:
            _scale_logarithmically(axes)
    return figure


def plot_errors(error: Tensor, titles: Sequence[str]) -> Figure:
    """How often each error (N, K) occurs, a panel for each of K."""
    figure, panels = _new_panels(len(titles), 3)
    for own, axes, title in zip(error.T, panels, titles, strict=True):
        axes.hist(own.numpy(), bins="auto", color=COLOURS[0])
        axes.axvline(0, color="0.5", linestyle=":")
        axes.set(xlabel=f"error of {escape_math(title)}", ylabel="clips")
    return figure


def _draw_numbers(axes: Axes, decoded: Tensor, target: Tensor, intervals: bool) -> None:
    """Numbers (N, 3) with their intervals against true ones (N,), and the diagonal."""
    value, low, high = decoded.T.numpy()
    true = target.numpy()
    if intervals:
        axes.vlines(true, low, high, color=COLOURS[0], alpha=0.25, linewidth=1)
    axes.plot(true, value, "o", color=COLOURS[0], alpha=0.6, markersize=4, zorder=3)
    ends = [min(true.min(), value.min()), max(true.max(), value.max())]
    axes.plot(ends, ends, color="0.5", linestyle=":")


def _scale_logarithmically(axes: Axes) -> None:
    """Logarithmic axes with plain numbers on them."""
    axes.set(xscale="log", yscale="log")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())


def _new_panels(count: int, height: float) -> tuple[Figure, list[Axes]]:
    """Panels side by side."""
    figure = new_figure(_SIDE * count, height)
    figure.set_layout_engine("constrained")
    return figure, list(figure.subplots(1, count, squeeze=False)[0])
