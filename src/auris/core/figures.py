"""Pictures for TensorBoard and reports. matplotlib is slow to import: files that draw are imported when they do."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor

COLOURS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#E69F00",
    "#56B4E9",
    "#000000",
)  # Okabe and Ito (2008)


def new_figure(width: float, height: float) -> Figure:
    """A figure in inches that needs no window system."""
    figure = Figure(figsize=(width, height), dpi=80)
    FigureCanvasAgg(figure)
    return figure


def literal(words: str) -> str:
    """Words that matplotlib does not read as a formula."""
    return words.replace("$", r"\$")


def scale(curves: Iterable[np.ndarray]) -> str:
    """Of an axis: logarithmic where the values are positive and span more than a decade."""
    values = np.concatenate([curve[np.isfinite(curve)] for curve in curves])
    return "log" if len(values) and 0 < 10 * values.min() < values.max() else "linear"


def spectrograms(
    waves: Sequence[Tensor], sample_rate: int, titles: Sequence[str]
) -> Figure:
    """Power spectrograms of the first channels of some (C, T), each in dB below its peak, under each other."""
    figure = new_figure(7, 1.9 * len(waves) + 0.5)
    panels = figure.subplots(len(waves), 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(
        left=0.1,
        right=0.98,
        top=1 - 0.3 / (1.9 * len(waves)),
        bottom=0.45 / (1.9 * len(waves)),
        hspace=0.3,
    )
    for axes, wave, title in zip(panels, waves, titles, strict=True):
        extent = (0.0, wave.shape[-1] / sample_rate, 0.0, sample_rate / 2000)
        shown = {
            "origin": "lower",
            "aspect": "auto",
            "cmap": "magma",
            "interpolation": "nearest",
        }
        axes.imshow(level(wave[0]).numpy(), extent=extent, vmin=-80, vmax=0, **shown)
        axes.set_title(
            literal(title), fontsize=9, loc="left", y=1.0
        )  # a given place saves the search for one
        axes.set_ylabel("kHz")
    panels[-1].set_xlabel("time (s)")
    return figure


def level(wave: Tensor, n_fft: int = 1024) -> Tensor:
    """The power spectrogram of (T,) in dB below its peak, (n_fft / 2 + 1, T')."""
    window = torch.hann_window(n_fft)
    padded = torch.nn.functional.pad(
        wave.float().cpu(), (n_fft // 2, n_fft // 2)
    )  # a clip may be shorter than that
    frames = torch.stft(
        padded, n_fft, n_fft // 2, window=window, center=False, return_complex=True
    )
    return below_peak(frames.abs().square())


def below_peak(power: Tensor) -> Tensor:
    """Power (F, T') in dB below its peak, down to 80."""
    return 10 * (power / power.max().clamp_min(1e-20) + 1e-8).log10()
