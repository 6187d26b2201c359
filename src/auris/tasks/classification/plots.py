"""Pictures of classes: which was taken for which, and whether it knows how sure it may be."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import COLOURS, escape_math, new_figure
from auris.tasks.metric import wilson

_BINS = 10  # of a reliability curve
_MIN_CLIPS = 8  # in each of them
_MAX_NUMBERED = 20  # classes whose counts are written
_LETTER = 0.09  # inches


def plot_confusion(counts: Tensor, classes: Sequence[str]) -> Figure:
    """A confusion matrix (K, K), true classes down.

    Colours show fractions of a true class, numbers show clips.
    """
    is_small = len(classes) <= _MAX_NUMBERED
    left = 0.4 + _LETTER * max(map(len, classes))
    below = 0.75 * left
    side = (0.45 if is_small else 0.25) * len(classes) + 1.2
    width = side + left
    height = side + below
    figure = new_figure(width, height)
    inner = side - 0.1
    axes = figure.add_axes(
        (left / width, below / height, inner / width, inner / height)
    )
    fractions = counts / counts.sum(1, keepdim=True).clamp_min(1)
    axes.imshow(fractions.numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if is_small:
        _write_counts(axes, counts, fractions)
    size = 10 if is_small else 7
    names = [escape_math(name) for name in classes]
    axes.set_xticks(range(len(classes)), names, rotation=45, ha="right", fontsize=size)
    axes.set_yticks(range(len(classes)), names, fontsize=size)
    axes.set(xlabel="predicted", ylabel="true")
    return figure


def plot_reliability(probability: Tensor, right: Tensor) -> Figure:
    """How often predictions (N,) are right against how sure they are, in bins of as many clips.

    Bars are 95 % intervals. Below the diagonal a model claims too much. The title has the
    expected calibration error, the mean distance from it (Naeini et al., 2015; in bins of as many
    clips: Nguyen and O'Connor, 2015).
    """
    bins = max(1, min(_BINS, len(probability) // _MIN_CLIPS))
    parts = probability.argsort().tensor_split(bins)
    claimed = np.array([float(probability[part].mean()) for part in parts])
    accuracy = np.array([float(right[part].float().mean()) for part in parts])
    sizes = np.array([len(part) for part in parts])
    ends = [
        wilson(value, size)
        for value, size in zip(accuracy.tolist(), sizes, strict=True)
    ]
    low, high = np.transpose(ends)
    bars = np.stack([accuracy - low, high - accuracy]).clip(0)
    error = (sizes * abs(claimed - accuracy)).sum() / len(probability)
    figure = new_figure(4.2, 4)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.5", linestyle=":", label="as sure as right")
    label = f"{len(probability)} clips, 95 % intervals"
    axes.errorbar(
        claimed, accuracy, bars, fmt="o-", color=COLOURS[0], capsize=3, label=label
    )
    axes.set(
        xlabel="how sure", ylabel="how often right", xlim=(0, 1.02), ylim=(-0.02, 1.02)
    )
    axes.set_title(f"expected calibration error {error:.2f}", fontsize=10)
    axes.legend(loc="lower left", frameon=False, fontsize=9)
    return figure


def _write_counts(axes: Axes, counts: Tensor, fractions: Tensor) -> None:
    for row, column in np.ndindex(*counts.shape):
        if count := int(counts[row, column]):
            colour = "white" if fractions[row, column] > 0.5 else "black"
            axes.text(column, row, f"{count}", ha="center", va="center", color=colour)
