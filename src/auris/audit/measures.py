"""Simple measures of a wave: what makes a recording suspicious, whatever is heard in it."""

from collections.abc import Iterator

import numpy as np
import scipy.fft

FAINTEST = -150.0  # dB of full scale


WINDOW, HOP = 0.128, 0.016  # s


BLOCK = 0.1  # s


LINEAR = 64  # bands of equal width from 0 to half the rate


TONAL = np.geomspace(
    200, 3400, 34
)  # Hz, the edges of 33 bands that a telephone, too, would pass on


CHUNK = 256  # frames at once, so that an hour needs no more memory than a minute


LONGEST_CREST = 3  # equal samples in a row that a wave may have at its top


EMPTY = -110.0  # dB of full scale in one of LINEAR bands: rounding to 16 bits leaves -119 dB, microphones leave more


CLIFF = 15.0  # dB between neighbouring bands that only a filter makes


BITS = {
    "PCM_S8": 8,
    "PCM_U8": 8,
    "ULAW": 5,
    "ALAW": 5,
    "IMA_ADPCM": 6,
    "MS_ADPCM": 6,
}  # at the top of the range


def decibels(power: np.ndarray | float) -> np.ndarray:
    """Levels of powers, 0 dB at full scale squared."""
    return 10 * np.log10(np.maximum(power, 10 ** (FAINTEST / 10)))


def offset(wave: np.ndarray, rate: int) -> float:
    """How far a wave (C, T) is shifted: of its channels the most, and of mean and median of blocks the lesser.

    A thud moves the mean and a rumble the median; a real shift moves both.
    """
    size = min(round(BLOCK * rate), wave.shape[1])
    blocks = (
        wave[:, : wave.shape[1] // size * size]
        .reshape(len(wave), -1, size)
        .mean(axis=2, dtype=np.float64)
    )
    means, medians = blocks.mean(axis=1), np.median(blocks, axis=1)
    shifts = np.where(np.abs(means) < np.abs(medians), means, medians)
    return float(shifts[np.abs(shifts).argmax()])


def quantum(subtype: str) -> float:
    """The step between two neighbouring values near full scale, at least that of 16 bits."""
    return 2.0 ** (1 - BITS.get(subtype, 16))


def clipped_runs(wave: np.ndarray, step: float) -> int:
    """How often a wave (C, T) is held at its extreme and leaves it at an angle; a round crest is not clipped."""
    return max(
        (runs_at(side, step) for channel in wave for side in (channel, -channel)),
        default=0,
    )


def runs_at(wave: np.ndarray, step: float) -> int:
    """How often (T,) stays at its maximum for longer than a crest does, and jumps off by more than rounding."""
    top = wave.max()
    if top <= 8 * step:
        return 0
    held = np.concatenate([[False], wave == top, [False]]).astype(np.int8)
    starts, stops = (
        np.flatnonzero(np.diff(held) == 1),
        np.flatnonzero(np.diff(held) == -1),
    )
    ends = np.minimum(stops, len(wave) - 1)
    jumps = np.minimum(top - wave[np.maximum(starts - 1, 0)], top - wave[ends])
    return int(
        ((stops - starts >= LONGEST_CREST) & (jumps > max(4 * step, 0.002 * top))).sum()
    )


def band_powers(wave: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Powers of a wave (T,) in frames of WINDOW: (frames, LINEAR) and (frames, 33), full scale squared."""
    size, hop = round(WINDOW * rate), max(1, round(HOP * rate))
    padded = np.pad(wave, (0, max(0, size - len(wave)))).astype(np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop]
    bins = scipy.fft.next_fast_len(size, real=True)
    linear = np.linspace(0, bins // 2, LINEAR, endpoint=False).round().astype(int)
    tonal = np.minimum((TONAL * bins / rate).round().astype(int), bins // 2)
    parts = [
        (
            np.add.reduceat(power, linear, axis=1),
            np.add.reduceat(power, tonal, axis=1)[:, :-1],
        )
        for power in powers(frames, bins)
    ]
    return np.concatenate([part for part, _ in parts]), np.concatenate(
        [part for _, part in parts]
    )


def powers(frames: np.ndarray, bins: int) -> Iterator[np.ndarray]:
    """One-sided spectra (chunk, bins // 2 + 1) whose sum is the mean square of each frame (Parseval)."""
    window = np.hanning(frames.shape[1]).astype(np.float32)
    scale = 2 / (bins * np.square(window).sum())
    for first in range(0, len(frames), CHUNK):
        spectrum = scipy.fft.rfft(frames[first : first + CHUNK] * window, bins)
        yield scale * (spectrum.real**2 + spectrum.imag**2)


def filled(spectrum: np.ndarray) -> int:
    """Up to which of the bands (LINEAR,) in dB there is anything."""
    return int(np.flatnonzero(np.concatenate([[0.0], spectrum]) > EMPTY).max())


def edge(spectrum: np.ndarray) -> int | None:
    """The band (LINEAR,) in dB above which all are empty though those just below are not: a filter was here."""
    top = filled(spectrum)
    for last in range(
        max(4, top - 2), top + 1
    ):  # the slope of the filter may fill a band or two
        below, above = spectrum[last - 4 : last], spectrum[last + 2 :]
        if len(above) and below.min() - above.max() > CLIFF and above.max() < EMPTY:
            return last
    return None
