"""Pictures of directions: what was said against what is true, and how far off under which conditions."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator
from torch import Tensor

from auris.acoustics.arrays import angles
from auris.core.figures import COLOURS, new_figure
from auris.tasks.localization.metrics import MeanError, Seen

NEAR = 10  # degrees, how far off is told apart


REACHES = (18, 45, 90, 180)  # degrees, to which a histogram of errors may reach


BARS = 18  # to either side


FEWEST = 5  # groups of clips of some condition whose mean says anything


LEAST = 0.1  # degrees, the smallest error that a logarithmic axis shows


NAMES = {"rt60": "reverberation time (s)", "snr": "SNR (dB)", "distance": "distance (m)"}


MARKERS = "os^Dv"


Bins = Mapping[str, Sequence[tuple[float, float]]]  # of conditions, by name


def plot_azimuths(decoded: Tensor, true: Tensor) -> Figure:
    """What was said against what is true, of unit vectors (N, 3); elevations too where there are any."""
    said, is_true = angles(decoded), angles(true)
    panels = 2 if max(float(side[1].abs().max()) for side in (said, is_true)) > 1e-3 else 1
    figure = new_figure(4.6 * panels, 5.1)
    figure.set_layout_engine("constrained")
    for axes, name, *pair in zip(
        figure.subplots(1, panels, squeeze=False)[0],
        ("azimuth", "elevation"),
        said,
        is_true,
        strict=False,
    ):
        compared(axes, name, *(side.numpy() for side in pair))
    return figure


def compared(axes: Axes, name: str, said: np.ndarray, true: np.ndarray) -> None:
    """Angles (N,) in degrees, with a band round the diagonal; it comes again in the corners, where -180 is 180."""
    both = np.concatenate([said, true])
    low, high = (
        90 * np.floor(both.min() / 90),
        90 * max(np.ceil(both.max() / 90), np.floor(both.min() / 90) + 1),
    )
    share, ends = (abs(wrapped(said - true)) <= NEAR).mean(), np.array([low, high])
    for turn in (0, -360, 360):
        label = "" if turn else f"within {NEAR}°: {share:.0%}"
        axes.fill_between(
            ends, ends + turn - NEAR, ends + turn + NEAR, color="0.88", linewidth=0, label=label
        )
        axes.plot(ends, ends + turn, color="0.5", linewidth=0.8)
    axes.plot(
        true,
        said,
        "o",
        color=COLOURS[0],
        alpha=0.5,
        markersize=4,
        markeredgewidth=0,
        label=f"{len(true)} clips",
    )
    axes.set(
        xlabel=f"true {name} (°)", ylabel=f"said {name} (°)", xlim=ends, ylim=ends, aspect="equal"
    )
    ticks = np.arange(low, high + 1, 45 if high - low > 90 else 15)
    axes.set_xticks(ticks)
    axes.set_yticks(ticks)
    axes.grid(alpha=0.25)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=2, frameon=False, fontsize=9)


def wrapped(angle: np.ndarray) -> np.ndarray:
    """Angles in degrees as they are from -180 to below 180."""
    return (angle + 180) % 360 - 180


def plot_errors(decoded: Tensor, true: Tensor) -> Figure:
    """How often azimuths of unit vectors (N, 3) are so far off to the left or to the right; areas show clips."""
    off = wrapped((angles(decoded)[0] - angles(true)[0]).double().numpy())
    reach = next(reach for reach in REACHES if abs(off).max() <= reach)
    width = reach / BARS
    place = np.round(off / width)
    place, count = np.unique(
        np.where((place == BARS) & (reach == 180), -BARS, place), return_counts=True
    )
    figure = new_figure(5, 5)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot(projection="polar")
    axes.bar(
        np.deg2rad(place * width),
        np.sqrt(count),
        np.deg2rad(width),
        color=COLOURS[0],
        edgecolor="white",
    )
    axes.set(theta_zero_location="N", thetamin=-reach, thetamax=reach)  # type: ignore[call-arg]
    axes.set_rlabel_position(-0.7 * reach)  # type: ignore[attr-defined]
    rings = [
        ring
        for ring in (1, 5, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
        if ring <= count.max()
    ]
    axes.set_yticks(
        np.sqrt(rings),
        [f"{ring} clips" if ring == rings[-1] else str(ring) for ring in rings],
        fontsize=8,
        color="0.3",
    )
    size = abs(off)
    axes.set_title(
        f"azimuth errors: median {np.median(size):.1f}°, mean {size.mean():.1f}°", fontsize=11
    )
    return figure


def filled_bins(
    bins: Mapping[str, Sequence[float]], target: Tensor, group: Tensor
) -> dict[str, list[tuple[float, float]]]:
    """The bins between these edges of each condition, from the first to the last that has clips enough.

    Conditions that targets (N, 7) do not tell, or of too few groups (N,) of clips, are left out.
    """
    parts = {}
    for name, edges in bins.items():
        pairs = list(pairwise(edges))
        full = [
            at for at, pair in enumerate(pairs) if count_groups(name, pair, target, group) >= FEWEST
        ]
        if full:
            parts[name] = pairs[full[0] : full[-1] + 1]
    return parts


def count_groups(condition: str, ends: tuple[float, float], target: Tensor, group: Tensor) -> int:
    """How many groups of clips are from one end to the other."""
    return MeanError(torch.Tensor, condition, *ends).count(target, group)


def plot_conditions(
    answers: Mapping[str, Tensor], target: Tensor, seen: Seen, bins: Bins, group: Tensor
) -> Figure:
    """Mean errors with their 95 % intervals by conditions, of several answers (N, 3) by name to targets (N, 7).

    Args:
        seen: what the array sees of directions.
        bins: of each condition, side by side.
        group: (N,) which clips belong together.
    """
    figure = new_figure(1 + 3 * len(bins), 3.9)
    figure.set_layout_engine("constrained", w_pad=0.12)
    panels = figure.subplots(1, len(bins), sharey=True, squeeze=False)[0]
    for axes, (condition, parts) in zip(panels, bins.items(), strict=True):
        count = [count_groups(condition, ends, target, group) for ends in parts]
        for place, (name, decoded) in enumerate(answers.items()):
            told = [
                MeanError(seen, condition, *ends).estimate(decoded, target, group=group)
                for ends in parts
            ]
            shown = np.where(
                np.array(count)[:, None] >= FEWEST, np.array(told), np.nan
            )  # (bins, 3)
            draw_line(axes, place, (place + 0.5) / len(answers) - 0.5, shown, name)
        label_bins(axes, condition, parts, count)
    panels[0].set_ylabel("mean error (°)")
    figure.legend(
        *panels[0].get_legend_handles_labels(),
        loc="outside upper center",
        ncols=len(answers),
        frameon=False,
    )
    return figure


def draw_line(axes: Axes, place: int, aside: float, told: np.ndarray, name: str) -> None:
    """Values and the ends of their intervals (bins, 3), a little aside so that lines do not hide each other."""
    value, low, high = told.clip(LEAST).T
    form: dict[str, Any] = {
        "color": COLOURS[place % len(COLOURS)],
        "marker": MARKERS[place % len(MARKERS)],
    }
    spread = np.stack([value - low, high - value]).clip(0)
    axes.errorbar(
        np.arange(len(told)) + 0.4 * aside,
        value,
        spread,
        **form,
        markersize=5,
        capsize=2,
        label=name,
        linewidth=1.2,
    )


def label_bins(
    axes: Axes, condition: str, parts: Sequence[tuple[float, float]], count: Sequence[int]
) -> None:
    """Ticks at the edges of bins, and how many clips are in each."""
    edges = [parts[0][0], *(high for _, high in parts)]
    axes.set(xlabel=NAMES[condition], yscale="log", xlim=(-0.5, len(parts) - 0.5))
    axes.set_xticks(np.arange(len(edges)) - 0.5, [f"{edge:g}".replace("-", "−") for edge in edges])
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.minorticks_off()
    axes.grid(alpha=0.25)
    for at, clips in enumerate(count):
        axes.text(
            at,
            1.01,
            f"n = {clips}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            fontsize=7,
            color="0.3",
        )
