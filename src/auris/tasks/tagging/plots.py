"""Pictures of labels: how well each is told."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import COLOURS, escape_math, new_figure
from auris.tasks.tagging.metrics import MeanAveragePrecision

_MAX_CURVES = 7  # that colours tell apart
_ROW = 0.32  # inches


def plot_labels(
    decoded: Tensor, target: Tensor, threshold: Tensor, classes: Sequence[str]
) -> Figure:
    """Average precision, recall and precision of each of K labels, (N, K) decoded and true."""
    figure = new_figure(5.6, 1 + _ROW * len(classes))
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    rows = np.arange(len(classes))
    average = [
        MeanAveragePrecision(k).value(decoded, target) for k in range(len(classes))
    ]
    axes.barh(rows, average, color=COLOURS[5], alpha=0.5, label="average precision")
    recall, precision = _rates_at(decoded, target, threshold)
    axes.plot(recall, rows, "o", color=COLOURS[1], label="recall")
    axes.plot(precision, rows, "D", color=COLOURS[2], label="precision")
    counts = target.sum(0).long().tolist()
    names = [
        f"{escape_math(name)} ({count})"
        for name, count in zip(classes, counts, strict=True)
    ]
    axes.set_yticks(rows, names)
    axes.set(xlim=(0, 1.02), ylim=(len(classes) - 0.5, -0.5))
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    return figure


def plot_precision(
    decoded: Tensor, target: Tensor, threshold: Tensor, classes: Sequence[str]
) -> Figure:
    """Precision against recall of some labels, those that most clips bear."""
    figure = new_figure(4.6, 4.4)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    recall, precision = _rates_at(decoded, target, threshold)
    most = target.sum(0).argsort(descending=True, stable=True)[:_MAX_CURVES]
    for place, k in enumerate(most.tolist()):
        if target[:, k].sum() > 0:
            colour = COLOURS[place]
            _draw_curve(axes, decoded[:, k], target[:, k], colour, classes[k])
            axes.plot(recall[k], precision[k], "o", color=colour)
    axes.set(xlabel="recall", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02))
    figure.legend(loc="outside upper center", ncols=3, frameon=False, fontsize=9)
    return figure


def _draw_curve(
    axes: Axes, score: Tensor, positive: Tensor, colour: str, name: str
) -> None:
    """Precision against recall, of (N,) scores and (N,) which are positive."""
    right = positive[score.argsort(descending=True, stable=True)].cumsum(0)
    told = torch.arange(1, len(score) + 1)
    axes.plot(
        (right / right[-1]).numpy(),
        (right / told).numpy(),
        color=colour,
        linewidth=1.2,
        label=escape_math(name),
    )


def _rates_at(
    decoded: Tensor, target: Tensor, threshold: Tensor
) -> tuple[np.ndarray, np.ndarray]:
    """(K,) recall and precision at thresholds (K,); NaN where there is none."""
    said = (decoded >= threshold).float()
    right = (said * target).sum(0)
    recall = right / target.sum(0)
    precision = right / said.sum(0)
    return recall.numpy(), precision.numpy()
