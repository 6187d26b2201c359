"""Pictures for TensorBoard and reports. matplotlib is slow to import: files that draw are imported when they do."""

from collections.abc import Iterable, Sequence

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor

from auris.metrics import wilson

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")  # Okabe and Ito (2008)
BINS, LEAST = 10, 8  # of a reliability curve, and clips in each


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


def confusion(counts: Tensor, classes: Sequence[str]) -> Figure:
    """A confusion matrix (K, K), true classes down: colours show shares of a true class, numbers show clips."""
    left, each = 0.4 + 0.09 * max(map(len, classes)), 0.45 if len(classes) <= 20 else 0.25
    below, side = 0.75 * left, each * len(classes) + 1.2
    figure = new_figure(side + left, side + below)
    bounds = (left / (side + left), below / (side + below), (side - 0.1) / (side + left), (side - 0.1) / (side + below))
    axes = figure.add_axes(bounds)
    shares = counts / counts.sum(1, keepdim=True).clamp_min(1)
    axes.imshow(shares.numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(*counts.shape) if len(classes) <= 20 else ():
        if counts[row, column]:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, f"{int(counts[row, column])}", ha="center", va="center", color=colour)
    size, names = 10 if len(classes) <= 20 else 7, [literal(name) for name in classes]
    axes.set_xticks(range(len(classes)), names, rotation=45, ha="right", fontsize=size)
    axes.set_yticks(range(len(classes)), names, fontsize=size)
    axes.set(xlabel="said", ylabel="true")
    return figure


def reliability(sure: Tensor, right: Tensor) -> Figure:
    """How often answers (N,) are right against how sure they are, in bins of about as many clips.

    Bars are 95 % intervals. Below the diagonal a model claims too much. The title has the expected calibration error,
    the mean distance from it (Naeini et al., 2015; in bins of as many clips: Nguyen and O'Connor, 2015).
    """
    bins = sure.argsort().tensor_split(max(1, min(BINS, len(sure) // LEAST)))
    claimed = [float(sure[part].mean()) for part in bins]
    share = [float(right[part].float().mean()) for part in bins]
    ends = [wilson(value, len(part)) for value, part in zip(share, bins, strict=True)]
    bars = [[max(0.0, value - low), max(0.0, high - value)] for value, (low, high) in zip(share, ends, strict=True)]
    error = sum(len(part) * abs(c - s) for part, c, s in zip(bins, claimed, share, strict=True)) / len(sure)
    figure = new_figure(4.2, 4)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.5", linestyle=":", label="as sure as right")
    label = f"{len(sure)} clips, 95 % intervals"
    axes.errorbar(claimed, share, np.transpose(bars), fmt="o-", color=COLOURS[0], capsize=3, label=label)
    axes.set(xlabel="how sure", ylabel="how often right", xlim=(0, 1.02), ylim=(-0.02, 1.02))
    axes.set_title(f"expected calibration error {error:.2f}", fontsize=10)
    axes.legend(loc="lower left", frameon=False, fontsize=9)
    return figure


def histogram(values: Tensor, what: str) -> Figure:
    """How often each value (N,) of `what` occurs."""
    figure = new_figure(6, 3)
    axes = figure.add_axes((0.1, 0.18, 0.87, 0.76))
    axes.hist(values.numpy(), bins="auto", color="tab:blue")
    axes.set(xlabel=what, ylabel="clips")
    return figure


def spectrograms(waves: Sequence[Tensor], sample_rate: int, titles: Sequence[str]) -> Figure:
    """Power spectrograms of the first channels of some (C, T), each in dB below its peak, under each other."""
    figure = new_figure(7, 1.9 * len(waves) + 0.5)
    panels = figure.subplots(len(waves), 1, sharex=True, squeeze=False)[:, 0]
    figure.subplots_adjust(
        left=0.1, right=0.98, top=1 - 0.3 / (1.9 * len(waves)), bottom=0.45 / (1.9 * len(waves)), hspace=0.3
    )
    for axes, wave, title in zip(panels, waves, titles, strict=True):
        extent = (0.0, wave.shape[-1] / sample_rate, 0.0, sample_rate / 2000)
        shown = {"origin": "lower", "aspect": "auto", "cmap": "magma", "interpolation": "nearest"}
        axes.imshow(level(wave[0]).numpy(), extent=extent, vmin=-80, vmax=0, **shown)
        axes.set_title(literal(title), fontsize=9, loc="left", y=1.0)  # a given place saves the search for one
        axes.set_ylabel("kHz")
    panels[-1].set_xlabel("time (s)")
    return figure


def level(wave: Tensor, n_fft: int = 1024) -> Tensor:
    """The power spectrogram of (T,) in dB below its peak, (n_fft / 2 + 1, T')."""
    window = torch.hann_window(n_fft)
    padded = torch.nn.functional.pad(wave.float().cpu(), (n_fft // 2, n_fft // 2))  # a clip may be shorter than that
    frames = torch.stft(padded, n_fft, n_fft // 2, window=window, center=False, return_complex=True)
    return below_peak(frames.abs().square())


def below_peak(power: Tensor) -> Tensor:
    """Power (F, T') in dB below its peak, down to 80."""
    return 10 * (power / power.max().clamp_min(1e-20) + 1e-8).log10()
