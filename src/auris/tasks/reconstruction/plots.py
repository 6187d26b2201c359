"""Pictures of errors, and of what passes the bottleneck."""

from collections.abc import Sequence

import torch
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import COLOURS, escape_math, new_figure

_MARKERS = "os^DvPX"
_MAX_LABELS = 14  # that a map tells apart


def plot_histogram(values: Tensor, what: str) -> Figure:
    """How often each value (N,) of `what` occurs."""
    figure = new_figure(6, 3)
    axes = figure.add_axes((0.1, 0.18, 0.87, 0.76))
    axes.hist(values.numpy(), bins="auto", color=COLOURS[0])
    axes.set(xlabel=what, ylabel="clips")
    return figure


def plot_codes(codes: Tensor, labels: Sequence[str]) -> Figure:
    """A map of codes (N, D): the two directions in which they vary most, a colour for each label.

    These are their principal components (Hotelling, 1933); axes say how much of the variance
    each one has.
    """
    places, shares = _principal_components(codes)
    figure = new_figure(5, 5)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    names = sorted(set(labels))
    is_told = 1 < len(names) <= _MAX_LABELS
    for number, name in enumerate(names if is_told else [""]):
        own = [not is_told or label == name for label in labels]
        lap, colour = divmod(number, len(COLOURS))
        axes.plot(
            *places[torch.tensor(own)].T.numpy(),
            _MARKERS[(colour + lap) % len(_MARKERS)],
            color=COLOURS[colour],
            alpha=0.7,
            markersize=6,
            markeredgewidth=0,
            label=escape_math(name),
        )
    first, second = (f"{100 * share:.0f} % of the variance" for share in shares)
    axes.set(xlabel=first, ylabel=second, aspect="equal", xticks=[], yticks=[])
    axes.set_adjustable("datalim")
    if is_told:
        figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def _principal_components(codes: Tensor) -> tuple[Tensor, tuple[float, float]]:
    """Codes (N, D) on the two axes of most variance, (N, 2), and the fraction of each."""
    centred = codes.double() - codes.double().mean(0)
    if centred.shape[1] == 1:
        centred = torch.cat([centred, torch.zeros_like(centred)], dim=1)
    _, spread, axes = torch.linalg.svd(centred, full_matrices=False)
    variance = spread.square()
    first, second = (variance / variance.sum().clamp_min(1e-30)).tolist()[:2]
    return centred @ axes[:2].T, (first, second)
