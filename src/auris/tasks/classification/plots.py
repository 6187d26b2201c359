"""Pictures for TensorBoard and reports. matplotlib is slow to import: files that draw are imported when they do."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import COLOURS, escape_math, new_figure
from auris.tasks.metric import wilson

BINS, LEAST = 10, 8  # of a reliability curve, and clips in each


def plot_confusion(counts: Tensor, classes: Sequence[str]) -> Figure:
    """A confusion matrix (K, K), true classes down: colours show shares of a true class, numbers show clips."""
    left, each = 0.4 + 0.09 * max(map(len, classes)), 0.45 if len(classes) <= 20 else 0.25
    below, side = 0.75 * left, each * len(classes) + 1.2
    figure = new_figure(side + left, side + below)
    bounds = (
        left / (side + left),
        below / (side + below),
        (side - 0.1) / (side + left),
        (side - 0.1) / (side + below),
    )
    axes = figure.add_axes(bounds)
    shares = counts / counts.sum(1, keepdim=True).clamp_min(1)
    axes.imshow(shares.numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(*counts.shape) if len(classes) <= 20 else ():
        if counts[row, column]:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(
                column, row, f"{int(counts[row, column])}", ha="center", va="center", color=colour
            )
    size, names = 10 if len(classes) <= 20 else 7, [escape_math(name) for name in classes]
    axes.set_xticks(range(len(classes)), names, rotation=45, ha="right", fontsize=size)
    axes.set_yticks(range(len(classes)), names, fontsize=size)
    axes.set(xlabel="said", ylabel="true")
    return figure


def plot_reliability(sure: Tensor, right: Tensor) -> Figure:
    """How often answers (N,) are right against how sure they are, in bins of about as many clips.

    Bars are 95 % intervals. Below the diagonal a model claims too much. The title has the expected calibration error,
    the mean distance from it (Naeini et al., 2015; in bins of as many clips: Nguyen and O'Connor, 2015).
    """
    bins = sure.argsort().tensor_split(max(1, min(BINS, len(sure) // LEAST)))
    claimed = [float(sure[part].mean()) for part in bins]
    share = [float(right[part].float().mean()) for part in bins]
    ends = [wilson(value, len(part)) for value, part in zip(share, bins, strict=True)]
    bars = [
        [max(0.0, value - low), max(0.0, high - value)]
        for value, (low, high) in zip(share, ends, strict=True)
    ]
    error = sum(
        len(part) * abs(c - s) for part, c, s in zip(bins, claimed, share, strict=True)
    ) / len(sure)
    figure = new_figure(4.2, 4)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.5", linestyle=":", label="as sure as right")
    label = f"{len(sure)} clips, 95 % intervals"
    axes.errorbar(
        claimed, share, np.transpose(bars), fmt="o-", color=COLOURS[0], capsize=3, label=label
    )
    axes.set(xlabel="how sure", ylabel="how often right", xlim=(0, 1.02), ylim=(-0.02, 1.02))
    axes.set_title(f"expected calibration error {error:.2f}", fontsize=10)
    axes.legend(loc="lower left", frameon=False, fontsize=9)
    return figure
