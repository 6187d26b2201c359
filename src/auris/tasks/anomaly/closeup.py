"""A picture of one clip: maps over time and frequency, and below them how surprising each moment is."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import COLOURS, Heatmap, draw_heatmap, new_figure

USUAL, ALARM = "0.6", COLOURS[1]


def plot_closeup(
    maps: Sequence[Heatmap],
    frames: Tensor,
    seconds: Sequence[float],
    threshold: float | None,
    duration: float,
    title: str,
) -> Figure:
    """Maps of a clip of `duration` in s under each other, above the scores of its frames (T',) and its S seconds."""
    figure = new_figure(6, 1.5 * len(maps) + 1.9)
    figure.set_layout_engine("constrained")
    panels = figure.subplots(len(maps) + 1, 2, squeeze=False, sharex="col", width_ratios=(50, 1))
    for (axes, bar), shown in zip(panels, maps, strict=False):
        figure.colorbar(draw_heatmap(axes, shown, duration), cax=bar)
    panels[-1, 1].axis("off")
    _draw_scores(panels[-1, 0], frames, seconds, threshold, duration)
    figure.suptitle(title, fontsize=10, weight="bold")
    return figure


def _draw_scores(
    axes: Axes, frames: Tensor, seconds: Sequence[float], threshold: float | None, duration: float
) -> None:
    """The score of each frame (T',) as a line and of each second as a step, filled where it is an alarm."""
    step, count = np.linspace(0, duration, len(seconds) + 1), len(frames)
    axes.plot(
        (np.arange(count) + 0.5) * duration / count,
        frames.numpy(),
        color=USUAL,
        linewidth=0.8,
        label="frames",
    )
    axes.stairs(seconds, step, color="black", linewidth=1.5, baseline=None, label="seconds")
    if threshold is not None:
        alarms = [max(second, threshold) for second in seconds]
        axes.stairs(
            alarms, step, color=ALARM, alpha=0.4, baseline=threshold, fill=True, label="alarm"
        )
        axes.axhline(threshold, color="black", linestyle="--", linewidth=1, label="threshold")
    axes.set(
        xlabel="time (s)",
        ylabel="score",
        xlim=(0, duration),
        ylim=(min(0.0, axes.get_ylim()[0]), None),
    )
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=4,
        frameon=False,
        fontsize=9,
        columnspacing=1,
        borderaxespad=0.1,
    )
