"""Pictures of clusters: what is in them, how well they part, how many there are."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from torch import Tensor

from auris.core.figures import COLOURS, escape_math, new_figure

_MAX_NUMBERED = 20  # rows and columns whose counts are written
_LETTER = 0.09  # inches


def plot_composition(counts: Tensor, labels: Sequence[str]) -> Figure:
    """Clips of each label (down) in each cluster (across), (labels, clusters).

    Colours show the share of a cluster, numbers show clips.
    """
    rows, columns = counts.shape
    left = 0.4 + _LETTER * max(map(len, labels))
    width, height = 0.42 * columns + left + 0.2, 0.36 * rows + 0.7
    figure = new_figure(max(width, 3.2), height)
    axes = figure.add_axes(
        (
            left / max(width, 3.2),
            0.55 / height,
            0.42 * columns / max(width, 3.2),
            0.36 * rows / height,
        )
    )
    shares = counts / counts.sum(0).clamp_min(1)
    axes.imshow(shares.numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    if max(rows, columns) <= _MAX_NUMBERED:
        for row, column in np.ndindex(rows, columns):
            colour = "white" if shares[row, column] > 0.5 else "black"
            if count := int(counts[row, column]):
                axes.text(
                    column, row, f"{count}", ha="center", va="center", color=colour
                )
    axes.set_yticks(range(rows), [escape_math(label) for label in labels])
    axes.set_xticks(range(columns), [f"{number}" for number in range(1, columns + 1)])
    axes.set_xlabel("cluster")
    return figure


def plot_silhouettes(values: Tensor, cluster: Tensor) -> Figure:
    """The silhouettes (N,) of clips, sorted within their clusters (N,) (Rousseeuw, 1987)."""
    figure = new_figure(6, 3.4)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    start = 0
    middles = {}
    for place, number in enumerate(cluster.unique().tolist()):
        own = values[cluster == number].sort(descending=True).values.numpy()
        colour = COLOURS[place % (len(COLOURS) - 1)]
        axes.bar(np.arange(start, start + len(own)), own, width=1.0, color=colour)
        middles[start + len(own) / 2 - 0.5] = f"{number}"
        start += len(own)
    mean = float(values.mean())
    axes.axhline(mean, color="0.5", linestyle=":", label=f"mean {mean:.2f}")
    axes.set_xticks(list(middles), list(middles.values()))
    axes.set(xlabel="cluster", ylabel="silhouette", xlim=(-0.5, start - 0.5))
    figure.legend(loc="outside upper right", frameon=False, fontsize=9)
    return figure


def plot_choice(silhouettes: Tensor, chosen: int) -> Figure:
    """The mean silhouette of each number of clusters (numbers,), NaN where it was not tried."""
    figure = new_figure(6, 3)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    values = silhouettes.cpu().numpy()
    numbers = np.flatnonzero(np.isfinite(values))
    axes.plot(numbers, values[numbers], "o-", color=COLOURS[0])
    axes.axvline(chosen, color="0.5", linestyle=":", label=f"chosen: {chosen}")
    axes.set(xlabel="number of clusters", ylabel="mean silhouette")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False)
    return figure
