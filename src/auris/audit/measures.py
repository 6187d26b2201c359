"""Simple measures of a wave: what makes a recording suspicious, whatever is heard in it."""

from collections.abc import Iterator

import numpy as np
import scipy.fft
from numpy.lib.stride_tricks import sliding_window_view

MIN_LEVEL = -150.0  # dB of full scale

_WINDOW = 0.128  # s
_HOP = 0.016  # s
BLOCK = 0.1  # s, over which a shift is averaged
_FRAMES_AT_ONCE = 256  # so that an hour needs no more memory than a minute

_LINEAR_BANDS = 64  # of equal width from 0 to half the rate

# Hz, the edges of 33 bands that a telephone, too, would pass on
_TONAL_EDGES = np.geomspace(200, 3400, 34)

_MIN_CLIPPED_RUN = 3  # equal samples in a row; a crest has fewer at its top
_MIN_TOP = 8  # steps of the quantization; what is softer is no clipping

# dB of full scale in a linear band: rounding to 16 bits leaves -119 dB, microphones leave more
_EMPTY_LEVEL = -110.0

_FILTER_DROP = 15.0  # dB between neighbouring bands that only a filter makes

# at the top of the range
_BITS = {
    "PCM_S8": 8,
    "PCM_U8": 8,
    "ULAW": 5,
    "ALAW": 5,
    "IMA_ADPCM": 6,
    "MS_ADPCM": 6,
}


def power_to_level(power: np.ndarray | float) -> np.ndarray:
    """Levels of powers in dB, 0 at full scale squared."""
    faintest = 10 ** (MIN_LEVEL / 10)
    audible = np.maximum(power, faintest)
    return 10 * np.log10(audible)


def dc_offset(means: np.ndarray) -> float:
    """How far a wave is shifted, in its worst channel, by the means (C, N) of its blocks: their
    mean or median, the lesser.

    A thud moves the mean and a rumble the median; a real shift moves both.
    """
    mean = means.mean(axis=1)  # (C,)
    median = np.median(means, axis=1)  # (C,)
    is_mean_lesser = np.abs(mean) < np.abs(median)
    shift = np.where(is_mean_lesser, mean, median)
    distance = np.abs(shift)
    worst = distance.argmax()
    return float(shift[worst])


def quantization_step(subtype: str) -> float:
    """The step between two neighbouring values near full scale, at least that of 16 bits."""
    bits = _BITS.get(subtype, 16)
    return 2.0 ** (1 - bits)


def count_runs_at_top(wave: np.ndarray, step: float) -> int:
    """How often (T,) stays at its maximum for long, and jumps off by more than rounding.

    A round crest is not clipped. `step` is that of the quantization.
    """
    top = wave.max(initial=-np.inf)
    if top <= _MIN_TOP * step:
        return 0
    is_held = wave == top  # (T,)
    held = np.pad(is_held, 1).astype(np.int8)
    change = np.diff(held)
    starts = np.flatnonzero(change == 1)
    stops = np.flatnonzero(change == -1)
    last = len(wave) - 1
    before = np.maximum(starts - 1, 0)
    after = np.minimum(stops, last)
    edges = np.maximum(wave[before], wave[after])
    jumps = top - edges
    lengths = stops - starts
    rounding = max(4 * step, 0.002 * top)
    is_long = lengths >= _MIN_CLIPPED_RUN
    is_sharp = jumps > rounding
    is_clipped = is_long & is_sharp
    return int(is_clipped.sum())


def frame_size(rate: int) -> tuple[int, int]:
    """How many samples the frames of `band_powers` have, and how far they are apart."""
    return round(_WINDOW * rate), max(1, round(_HOP * rate))


def band_powers(wave: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Powers of a wave (T,) in frames of 128 ms: (T', 64) and (T', 33), full scale squared.

    The 64 bands are of equal width up to half the rate, the 33 of equal ratio within speech.
    """
    size, hop = frame_size(rate)
    missing = max(0, size - len(wave))
    padded = np.pad(wave, (0, missing))
    samples = padded.astype(np.float32)
    frames = sliding_window_view(samples, size)[::hop]  # (T', size)
    n_fft = scipy.fft.next_fast_len(size, real=True)
    nyquist = n_fft // 2
    linear_edges = np.linspace(0, nyquist, _LINEAR_BANDS, endpoint=False)
    tonal_edges = _TONAL_EDGES * n_fft / rate
    linear_bins = linear_edges.round().astype(int)
    tonal_bins = tonal_edges.round().astype(int)
    tonal_bins = np.minimum(tonal_bins, nyquist)
    linear = []
    tonal = []
    for power in _power_spectra(frames, n_fft):
        linear.append(np.add.reduceat(power, linear_bins, axis=1))
        bands = np.add.reduceat(power, tonal_bins, axis=1)
        tonal.append(bands[:, :-1])
    return np.concatenate(linear), np.concatenate(tonal)


def _power_spectra(frames: np.ndarray, n_fft: int) -> Iterator[np.ndarray]:
    """One-sided spectra (chunk, F) whose sum is the mean square of each frame (Parseval)."""
    count, size = frames.shape
    window = np.hanning(size).astype(np.float32)
    energy = np.square(window).sum()
    scale = 2 / (n_fft * energy)
    for first in range(0, count, _FRAMES_AT_ONCE):
        stop = first + _FRAMES_AT_ONCE
        windowed = frames[first:stop] * window
        spectrum = scipy.fft.rfft(windowed, n_fft)
        real = spectrum.real**2
        imaginary = spectrum.imag**2
        yield scale * (real + imaginary)


def highest_filled_band(level: np.ndarray) -> int:
    """Up to which of the 64 bands, whose levels (64,) in dB are given, there is anything."""
    filled = np.flatnonzero(level > _EMPTY_LEVEL)
    if not len(filled):
        return 0
    return int(filled[-1]) + 1


def find_band_edge(level: np.ndarray) -> int | None:
    """The band above which all are empty though those just below are not: a filter was here.

    Takes the levels (64,) of the bands in dB.
    """
    top = highest_filled_band(level)
    # the slope of the filter may fill a band or two
    for last in range(max(4, top - 2), top + 1):
        below = level[last - 4 : last]
        above = level[last + 2 :]
        if not len(above):
            continue
        loudest = above.max()
        drop = below.min() - loudest
        if loudest < _EMPTY_LEVEL and drop > _FILTER_DROP:
            return last
    return None
