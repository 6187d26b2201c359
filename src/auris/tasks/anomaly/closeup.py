"""A picture of one clip: maps over time and frequency, and below them the score of each moment."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import COLOURS, Heatmap, draw_heatmap, new_figure

_USUAL = "0.6"
_ALARM = COLOURS[1]


def plot_closeup(
    maps: Sequence[Heatmap],
    frames: Tensor,
    seconds: Sequence[float],
    threshold: float | None,
    duration: float,
    title: str,
) -> Figure:
    """Maps of a clip under each other, above the scores of its frames (T',) and its S seconds.

    Args:
        duration: of the clip in s.
    """
    figure = new_figure(6, 1.5 * len(maps) + 1.9)
    figure.set_layout_engine("constrained")
    panels = figure.subplots(
        len(maps) + 1, 2, squeeze=False, sharex="col", width_ratios=(50, 1)
    )
    for (axes, bar), shown in zip(panels, maps, strict=False):
        image = draw_heatmap(axes, shown, duration)
        figure.colorbar(image, cax=bar)
    scores, empty = panels[-1]
    empty.axis("off")
    _draw_scores(scores, frames, seconds, threshold, duration)
    figure.suptitle(title, fontsize=10, weight="bold")
    return figure


def _draw_scores(
    axes: Axes,
    frames: Tensor,
    seconds: Sequence[float],
    threshold: float | None,
    duration: float,
) -> None:
    """The score of each frame (T',) as a line and of each second as a step, filled at alarms."""
    count = len(frames)
    middle = (np.arange(count) + 0.5) * duration / count  # s, of each frame
    axes.plot(middle, frames.numpy(), color=_USUAL, linewidth=0.8, label="frames")
    edges = np.linspace(0, duration, len(seconds) + 1)
    axes.stairs(
        seconds, edges, color="black", linewidth=1.5, baseline=None, label="seconds"
    )
    if threshold is not None:
        _draw_alarms(axes, seconds, edges, threshold)
    lowest = min(0.0, axes.get_ylim()[0])
    axes.set(xlabel="time (s)", ylabel="score", xlim=(0, duration), ylim=(lowest, None))
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=4,
        frameon=False,
        fontsize=9,
        columnspacing=1,
        borderaxespad=0.1,
    )


def _draw_alarms(
    axes: Axes, seconds: Sequence[float], edges: np.ndarray, threshold: float
) -> None:
    """The threshold, and what is beyond it."""
    beyond = [max(second, threshold) for second in seconds]
    axes.stairs(
        beyond,
        edges,
        baseline=threshold,
        label="alarm",
        color=_ALARM,
        alpha=0.4,
        fill=True,
    )
    axes.axhline(
        threshold, color="black", linestyle="--", linewidth=1, label="threshold"
    )
