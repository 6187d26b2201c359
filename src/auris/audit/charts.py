"""Pictures of an audit: how recordings spread, and where their spectra end."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes

from auris.audit import measures
from auris.audit.recording import Recording
from auris.core.figures import COLOURS, escape_math, new_figure
from auris.core.svg import INK, Picture, embed_figure, list_words, page_theme
from auris.data import audio

_FACTS: dict[str, Callable[[Recording], float]] = {
    "duration (s)": lambda r: r.duration,
    "level (dB of full scale)": lambda r: r.level,
    "sample rate (kHz)": lambda r: r.rate / 1000,
}
_MAX_BINS = 30
_MAX_SPECTRA = 4  # that can be told apart
_MAX_SECONDS = 10.0  # of a recording, whose spectrum is drawn


def draw_spread(recordings: Sequence[Recording]) -> Picture | None:
    """Histograms of durations, levels and sample rates; None where no recording can be used."""
    usable = [recording for recording in recordings if recording.is_usable]
    if not usable:
        return None
    with page_theme():
        figure = new_figure(9, 2.4)
        figure.set_layout_engine("constrained")
        panels = figure.subplots(1, len(_FACTS), sharey=True)
        panels[0].set_ylabel("recordings")
        for axes, (name, fact) in zip(panels, _FACTS.items(), strict=True):
            values = np.array([fact(recording) for recording in usable])
            _draw_histogram(axes, name, values)
        return embed_figure(figure, f"Histograms: {list_words(figure)}")


def draw_spectra(recordings: Sequence[Recording]) -> Picture:
    """Mean spectra of some recordings, with the frequency above which there is nothing."""
    with page_theme():
        figure = new_figure(6, 3)
        figure.set_layout_engine("constrained")
        axes = figure.subplots()
        for recording, colour in zip(recordings[:_MAX_SPECTRA], COLOURS, strict=False):
            level = _mean_spectrum(recording)
            kilohertz = (
                (np.arange(len(level)) + 0.5) * recording.rate / 2000 / len(level)
            )
            axes.plot(kilohertz, level, color=colour, label=escape_math(recording.name))
            if recording.edge is not None:
                axes.axvline(
                    recording.edge / 1000, color=INK, linestyle=":", linewidth=1
                )
        axes.set(xlabel="kHz", ylabel="level (dB)")
        axes.set_xlim(0, None)
        axes.grid(alpha=0.25)
        figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
        caption = "Dotted: the edge of each, beyond which there is nothing."
        return embed_figure(figure, f"Mean spectra: {list_words(figure)}", caption)


def _draw_histogram(axes: Axes, name: str, values: np.ndarray) -> None:
    """Values (N,), as one bar where they are all the same."""
    low, high = values.min(), values.max()
    if low == high:
        axes.bar([low], [len(values)], width=0.02 * abs(low) + 0.01, color=COLOURS[0])
        axes.set_xlim(low - 0.5 * abs(low) - 0.1, low + 0.5 * abs(low) + 0.1)
    else:
        bins = min(_MAX_BINS, 5 + len(values) // 5)
        axes.hist(values, bins=bins, color=COLOURS[0])
    axes.set_xlabel(name)


def _mean_spectrum(recording: Recording) -> np.ndarray:
    """(bands,) levels in dB of bands of equal width, of the beginning of a recording."""
    clip = recording.clip
    end = clip.start + _MAX_SECONDS
    stop = min(end, clip.stop or end)
    wave = audio.read_samples(clip.path, recording.rate, clip.start, stop).mean(axis=0)
    linear, _ = measures.band_powers(wave, recording.rate)
    return measures.power_to_level(linear.mean(axis=0))
