"""Pictures for TensorBoard and reports.

matplotlib is slow to import: files that draw are imported when they do.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from torch import Tensor
from torch.nn.functional import pad

COLOURS = (  # Okabe and Ito (2008)
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
)
_IMAGE: dict[str, Any] = {
    "origin": "lower",
    "aspect": "auto",
    "interpolation": "nearest",
}
_DYNAMIC_RANGE = 80  # dB of a spectrogram
_MAX_TICKS = 10  # words that the height of a heatmap has room for
_OCTAVES = (16, 8, 4, 2, 1, 0.5, 0.25)  # kHz


class Heatmap(NamedTuple):
    """Something that has a value at each time and in each band."""

    title: str
    values: Tensor  # (F, T')
    limits: tuple[float, float]  # of the colours
    hertz: Tensor | None  # (F,) the frequency of each band, where it has one
    colours: str = "magma"


def new_figure(width: float, height: float) -> Figure:
    """A figure in inches that needs no window system."""
    figure = Figure(figsize=(width, height), dpi=80)
    FigureCanvasAgg(figure)
    return figure


def escape_math(text: str) -> str:
    """Text that matplotlib does not read as a formula."""
    return text.replace("$", r"\$")


def axis_scale(curves: Iterable[np.ndarray]) -> str:
    """Logarithmic where values are positive and span more than a decade, else linear."""
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    if len(values) and 0 < 10 * values.min() < values.max():
        return "log"
    return "linear"


def draw_heatmap(axes: Axes, heatmap: Heatmap, duration: float) -> AxesImage:
    """A heatmap over `duration` in s.

    The vertical axis counts bands, and is labelled in kHz where they have frequencies.
    """
    low, high = heatmap.limits
    image = axes.imshow(
        heatmap.values.numpy(),
        extent=(0.0, duration, 0.0, float(len(heatmap.values))),
        vmin=low,
        vmax=high,
        cmap=heatmap.colours,
        **_IMAGE,
    )
    axes.set_title(heatmap.title, fontsize=10, loc="left", y=1.0)
    axes.set_ylabel("band" if heatmap.hertz is None else "kHz")
    if heatmap.hertz is not None:
        ticks = octave_ticks(heatmap.hertz)
        axes.set_yticks(list(ticks), [f"{kilohertz:g}" for kilohertz in ticks.values()])
    return image


def octave_ticks(hertz: Tensor) -> dict[float, float]:
    """Heights in bands and their frequencies in kHz, for bands of these hertz (F,).

    They are an octave apart, as far as there is room for words.
    """
    ticks: dict[float, float] = {}
    bands = np.arange(len(hertz))
    distance = len(hertz) / _MAX_TICKS
    for kilohertz in _OCTAVES:
        band = np.interp(1000 * kilohertz, hertz.numpy(), bands, np.nan, np.nan)
        height = 0.5 + float(band)
        if height > min(ticks, default=np.inf) - distance:
            break
        if np.isfinite(height):
            ticks[height] = kilohertz
    return ticks


def plot_spectrograms(
    waves: Sequence[Tensor], sample_rate: int, titles: Sequence[str]
) -> Figure:
    """Power spectrograms of the first channels of some (C, T), under each other."""
    height = 1.9 * len(waves)
    figure = new_figure(7, height + 0.5)
    panels = figure.subplots(len(waves), 1, sharex=True, squeeze=False)[:, 0]
    margins = {"top": 1 - 0.3 / height, "bottom": 0.45 / height}
    figure.subplots_adjust(left=0.1, right=0.98, hspace=0.3, **margins)
    for axes, wave, title in zip(panels, waves, titles, strict=True):
        _draw_spectrogram(axes, wave[0], sample_rate)
        # a given place saves the search for one
        axes.set_title(escape_math(title), fontsize=9, loc="left", y=1.0)
    panels[-1].set_xlabel("time (s)")
    return figure


def _draw_spectrogram(axes: Axes, wave: Tensor, sample_rate: int) -> None:
    """The power of (T,), in dB below its peak, over seconds and kHz."""
    decibels = spectrogram_below_peak(wave).numpy()
    extent = (0.0, len(wave) / sample_rate, 0.0, sample_rate / 2000)
    axes.imshow(
        decibels,
        extent=extent,
        vmin=-_DYNAMIC_RANGE,
        vmax=0,
        cmap="magma",
        **_IMAGE,
    )
    axes.set_ylabel("kHz")


def spectrogram_below_peak(wave: Tensor, n_fft: int = 1024) -> Tensor:
    """The power spectrogram of (T,) in dB below its peak, (n_fft / 2 + 1, T')."""
    half = n_fft // 2
    window = torch.hann_window(n_fft)
    padded = pad(wave.float().cpu(), (half, half))  # a clip may be shorter than that
    spectrum = torch.stft(
        padded, n_fft, half, window=window, center=False, return_complex=True
    )
    return decibels_below_peak(spectrum.abs().square())


def decibels_below_peak(power: Tensor) -> Tensor:
    """Power (F, T') in dB below its peak, down to 80."""
    relative = power / power.max().clamp_min(1e-20)
    return 10 * (relative + 10 ** (-_DYNAMIC_RANGE / 10)).log10()
