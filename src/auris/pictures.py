"""Pictures for TensorBoard. matplotlib is slow to import, so only this file does, and only when it draws."""

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from torch import Tensor


def new_figure(width: float, height: float) -> Figure:
    """A figure in inches that needs no window system."""
    figure = Figure(figsize=(width, height), dpi=100, layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def confusion(counts: Tensor, classes: Sequence[str]) -> Figure:
    """A confusion matrix (K, K), true classes down: colours show shares of a true class, numbers show clips."""
    side = 2.2 + 0.45 * len(classes)
    figure = new_figure(side + 0.6, side)
    axes = figure.subplots()
    shares = counts / counts.sum(1, keepdim=True).clamp_min(1)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for row, column in np.ndindex(*counts.shape) if len(classes) <= 20 else ():
        if counts[row, column]:
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, f"{int(counts[row, column])}", ha="center", va="center", color=colour)
    axes.set_xticks(range(len(classes)), classes, rotation=45, ha="right")
    axes.set_yticks(range(len(classes)), classes)
    axes.set(xlabel="said", ylabel="true")
    return figure


def spectrogram(wave: Tensor, sample_rate: int, title: str) -> Figure:
    """The power spectrogram of the first channel of (C, T), in dB below its peak."""
    n_fft = 1024
    window = torch.hann_window(n_fft)
    power = torch.stft(wave[0].float().cpu(), n_fft, n_fft // 4, window=window, return_complex=True).abs().square()
    level = 10 * (power / power.max().clamp_min(1e-20) + 1e-8).log10()  # (n_fft / 2 + 1, T')
    figure = new_figure(6, 2.8)
    axes = figure.subplots()
    extent = (0.0, wave.shape[-1] / sample_rate, 0.0, sample_rate / 2000)
    image = axes.imshow(level, origin="lower", aspect="auto", extent=extent, cmap="magma", vmin=-80, vmax=0)
    axes.set(xlabel="time (s)", ylabel="frequency (kHz)")
    axes.set_title(title, fontsize=9)
    figure.colorbar(image, label="dB")
    return figure
