"""Pictures of directions: which were predicted for which, and how far off they are."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from torch import Tensor

from auris.acoustics.arrays import azimuth_elevation
from auris.core.figures import COLOURS, new_figure
from auris.tasks.localization.metrics import Fold, MeanError
from auris.tasks.metric import MIN_GROUPS

Edges = tuple[float, float]
Bins = Mapping[str, Sequence[Edges]]  # of conditions, by name

_NEAR = 10  # degrees, how far off is told apart
_REACHES = (18, 45, 90, 180)  # degrees, to which a histogram of errors may reach
_BARS = 18  # to either side
_RINGS = (1, 5, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)  # clips
_MIN_ERROR = 0.1  # degrees, the smallest that a logarithmic axis shows
_CONDITION_LABELS = {
    "rt60": "reverberation time (s)",
    "snr": "SNR (dB)",
    "distance": "distance (m)",
}
_MARKERS = "os^Dv"


def plot_azimuths(decoded: Tensor, true: Tensor) -> Figure:
    """What was predicted against what is true, of unit vectors (N, 3); elevations too."""
    sides = azimuth_elevation(decoded), azimuth_elevation(true)
    highest = max(float(elevation.abs().max()) for _, elevation in sides)
    panels = 2 if highest > 1e-3 else 1
    figure = new_figure(4.6 * panels, 5.1)
    figure.set_layout_engine("constrained")
    axes = figure.subplots(1, panels, squeeze=False)[0]
    for panel, name, predicted, truth in zip(
        axes, ("azimuth", "elevation"), *sides, strict=False
    ):
        _compare_angles(panel, name, predicted.numpy(), truth.numpy())
    return figure


def plot_errors(decoded: Tensor, true: Tensor) -> Figure:
    """How often azimuths of unit vectors (N, 3) are so far off to either side; areas show clips."""
    error = _wrap_degrees(
        (azimuth_elevation(decoded)[0] - azimuth_elevation(true)[0]).double().numpy()
    )
    reach = next(reach for reach in _REACHES if abs(error).max() <= reach)
    width = reach / _BARS
    bar = np.round(error / width)
    behind = (bar == _BARS) & (reach == 180)  # where left and right are one
    bar, count = np.unique(np.where(behind, -_BARS, bar), return_counts=True)
    figure = new_figure(5, 5)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot(projection="polar")
    middle = np.deg2rad(bar * width)
    axes.bar(
        middle, np.sqrt(count), np.deg2rad(width), color=COLOURS[0], edgecolor="white"
    )
    axes.set(theta_zero_location="N", thetamin=-reach, thetamax=reach)  # type: ignore[call-arg]
    axes.set_rlabel_position(-0.7 * reach)  # type: ignore[attr-defined]
    _label_rings(axes, int(count.max()))
    size = abs(error)
    title = f"azimuth errors: median {np.median(size):.1f}°, mean {size.mean():.1f}°"
    axes.set_title(title, fontsize=11)
    return figure


def filled_bins(
    bins: Mapping[str, Sequence[float]], target: Tensor, group: Tensor
) -> dict[str, list[Edges]]:
    """The bins between these edges of each condition, from the first to the last with enough clips.

    Conditions that targets (N, 7) do not tell, or of too few groups (N,) of clips, are left out.
    """
    filled = {}
    for condition, edges in bins.items():
        pairs = list(pairwise(edges))
        counts = [_count_groups(condition, pair, target, group) for pair in pairs]
        full = [at for at, count in enumerate(counts) if count >= MIN_GROUPS]
        if full:
            filled[condition] = pairs[full[0] : full[-1] + 1]
    return filled


def plot_conditions(
    predictions: Mapping[str, Tensor],
    target: Tensor,
    fold: Fold,
    bins: Bins,
    group: Tensor,
) -> Figure:
    """Mean errors with their 95 % intervals by conditions, of several methods.

    Args:
        predictions: (N, 3) by the name of the method.
        target: (N, 7).
        fold: what the array can tell of directions.
        bins: of each condition, under each other.
        group: (N,) which clips belong together.
    """
    figure = new_figure(5.2, 0.6 + 2.6 * len(bins))
    figure.set_layout_engine("constrained", h_pad=0.08)
    panels = figure.subplots(len(bins), 1, sharey=True, squeeze=False)[:, 0]
    for axes, (condition, parts) in zip(panels, bins.items(), strict=True):
        counts = [_count_groups(condition, edges, target, group) for edges in parts]
        enough = np.array(counts)[:, None] >= MIN_GROUPS
        for place, (name, decoded) in enumerate(predictions.items()):
            metrics = [MeanError(fold, condition, *edges) for edges in parts]
            errors = [
                metric.estimate(decoded, target, group=group) for metric in metrics
            ]
            ends = [(error.value, error.low, error.high) for error in errors]
            shown = np.where(enough, np.array(ends), np.nan)  # (bins, 3)
            aside = (place + 0.5) / len(predictions) - 0.5
            _draw_line(axes, place, aside, shown, name)
        _label_bins(axes, condition, parts, counts)
        axes.set_ylabel("mean error (°)")
    handles = panels[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper center", ncols=2, frameon=False)
    return figure


def _compare_angles(
    axes: Axes, name: str, predicted: np.ndarray, true: np.ndarray
) -> None:
    """Angles (N,) in degrees, with a band round the diagonal.

    It comes again in the corners, where -180 is 180.
    """
    both = np.concatenate([predicted, true])
    low = 90 * np.floor(both.min() / 90)
    high = max(90 * np.ceil(both.max() / 90), low + 90)
    ends = np.array([low, high])
    near = (abs(_wrap_degrees(predicted - true)) <= _NEAR).mean()
    for turn in (0, -360, 360):
        diagonal = ends + turn
        label = "" if turn else f"within {_NEAR}°: {near:.0%}"
        axes.fill_between(
            ends,
            diagonal - _NEAR,
            diagonal + _NEAR,
            color="0.5",
            alpha=0.25,
            linewidth=0,
            label=label,
        )
        axes.plot(ends, diagonal, color="0.5", linewidth=0.8)
    axes.plot(
        true,
        predicted,
        "o",
        label=f"{len(true)} clips",
        color=COLOURS[0],
        alpha=0.5,
        markersize=4,
        markeredgewidth=0,
    )
    axes.set(xlabel=f"true {name} (°)", ylabel=f"predicted {name} (°)")
    axes.set(xlim=ends, ylim=ends, aspect="equal")
    ticks = np.arange(low, high + 1, 45 if high - low > 90 else 15)
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)
    axes.grid(alpha=0.25)
    axes.legend(
        loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False, fontsize=9
    )


def _wrap_degrees(angle: np.ndarray) -> np.ndarray:
    """Angles in degrees as they are from -180 to below 180."""
    return (angle + 180) % 360 - 180


def _label_rings(axes: Axes, most: int) -> None:
    """Rings of as many clips, whose areas show them."""
    rings = [ring for ring in _RINGS if ring <= most]
    labels = [str(ring) for ring in rings[:-1]] + [f"{rings[-1]} clips"]
    axes.set_yticks(np.sqrt(rings), labels, fontsize=8, color="0.5")


def _count_groups(condition: str, edges: Edges, target: Tensor, group: Tensor) -> int:
    """How many groups of clips are from one edge to the other."""
    metric = MeanError(torch.Tensor, condition, *edges)
    return metric.count_groups(target, group)


def _draw_line(
    axes: Axes, place: int, aside: float, errors: np.ndarray, name: str
) -> None:
    """Values and the ends of their intervals (bins, 3), a little aside for others."""
    value, low, high = errors.clip(_MIN_ERROR).T
    spread = np.stack([value - low, high - value]).clip(0)
    x = np.arange(len(errors)) + 0.4 * aside
    axes.errorbar(
        x,
        value,
        spread,
        capsize=2,
        label=name,
        color=COLOURS[place % len(COLOURS)],
        marker=_MARKERS[place % len(_MARKERS)],
        markersize=5,
        linewidth=1.2,
    )


def _label_bins(
    axes: Axes, condition: str, parts: Sequence[Edges], counts: Sequence[int]
) -> None:
    """Ticks at the edges of bins, and how many clips are in each."""
    edges = [parts[0][0], *(high for _, high in parts)]
    names = [f"{edge:g}".replace("-", "−") for edge in edges]
    axes.set(
        xlabel=_CONDITION_LABELS[condition], yscale="log", xlim=(-0.5, len(parts) - 0.5)
    )
    axes.set_xticks(np.arange(len(edges)) - 0.5, names)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.grid(alpha=0.25)
    above = axes.get_xaxis_transform()
    for at, count in enumerate(counts):
        axes.text(
            at,
            1.01,
            f"n = {count}",
            transform=above,
            ha="center",
            fontsize=7,
            color="0.5",
        )
