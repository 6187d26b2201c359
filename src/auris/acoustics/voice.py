"""Voices by source and filter: glottal pulses and breath sent through a vocal tract that moves.

A call's spectrum is its source's times the tract's transfer function (Fant 1960, "Acoustic Theory of Speech
Production", ch. 1.1), in mammals at large as in speech (Taylor & Reby 2010, J. Zool. 280:221-236).
Times are in seconds, frequencies in hertz, lengths in metres; signals are arrays (T,) in samples.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def colour(f: Signal, slope: float) -> Signal:
    """Gain (F,) of `slope` dB per octave at frequencies f (F,), level below 50 Hz."""
    return np.power(np.maximum(f, 50) / 1000, slope / 6.02)


Signal = NDArray[np.floating]


SOUND_SPEED = 350.0  # m/s, in the warm moist air of a vocal tract


TOP = 12_000.0  # Hz: harmonics above lie under the breath noise, and cost as much as those that are heard


def curve(values: Sequence[float], times: Sequence[float], size: int) -> Signal:
    """A smooth path (size,) through `values` at `times` (rising from 0 to 1), level at each of them."""
    at = np.interp(np.linspace(0, 1, size), times, np.arange(len(times)))
    knot = np.minimum(at.astype(int), len(times) - 2)
    part = at - knot
    return np.asarray(values)[knot] + np.diff(values)[knot] * part * part * (
        3 - 2 * part
    )


def wander(rng: np.random.Generator, seconds: float, speed: float, size: int) -> Signal:
    """Random motion (size,), deviation about 0.8, with `speed` turns a second: jitter, shimmer, tremor."""
    knots = rng.standard_normal(int(seconds * speed) + 2)
    return np.interp(np.linspace(0, len(knots) - 1, size), np.arange(len(knots)), knots)


def pulse(opening: float, closing: float, count: int) -> NDArray[np.complex128]:
    """Harmonics 1 to `count` (count,) of the slope of one glottal period: what the lips radiate of the flow.

    The flow is Rosenberg's pulse B (1971, J. Acoust. Soc. Am. 49:583-590, fig. 1): 3u^2 - 2u^3 for the part
    `opening` of the period, then 1 - u^2 for the part `closing`, then shut. Closing fast sounds bright.
    """
    t = np.arange(4096) / 4096
    up, down = t / opening, (t - opening) / closing
    flow = np.where(up < 1, 3 * up**2 - 2 * up**3, np.where(down < 1, 1 - down**2, 0))
    lines = np.fft.rfft(flow)[1 : count + 1] * np.arange(1, count + 1) * 1j
    return lines / np.sqrt(np.sum(np.abs(lines) ** 2) / 2)


def voiced(f0: Signal, opening: float, closing: float, rate: int) -> Signal:
    """The pulse train (T,) of pitch f0 (T,), of about unit power: harmonics up to `TOP`, none aliased."""
    top = min(TOP, 0.45 * rate)
    lines = pulse(opening, closing, max(1, int(top / f0.min()))).astype(np.complex64)
    turn = np.exp(2j * np.pi * (np.cumsum(f0 / rate) % 1)).astype(np.complex64)
    total = np.zeros_like(turn)
    for k in range(
        len(lines), 0, -1
    ):  # Horner: the sum of line_k turn^k costs one product per harmonic
        total += lines[k - 1] * (k * f0 < top)
        total *= turn
    return total.real


def formants(length: float, mouth: Signal, front: Signal, rate: int) -> Signal:
    """Resonances (N, frames) of a tract of `length`, mouth open and tongue in front by 0 to 1 (frames,).

    A tube closed at the glottis rings at (2n - 1) c / 4L (Fant 1960, ch. 1.2). Opening the jaw raises the
    first resonance, a tongue in front and spread lips the second: from [m, u] to [a] and to [i].
    """
    count = max(2, int(min(0.5 * rate, 1.5 * TOP) * 2 * length / SOUND_SPEED + 0.5))
    tube = (2 * np.arange(1, count + 1) - 1) * SOUND_SPEED / (4 * length)
    shape = np.ones((count, len(mouth)))
    shape[0] = 0.4 + 0.65 * mouth
    shape[1] = 0.65 + 0.5 * front
    return tube[:, None] * shape


def resonate(source: Signal, peaks: Signal, rate: int) -> Signal:
    """`source` (T,) through resonances `peaks` (N, frames) that are spread evenly over its length.

    Each is |H| = F^2 / |F^2 - f^2 + ifB| (Fant 1960; Klatt 1980, J. Acoust. Soc. Am. 67:971-995, cascade), of
    bandwidth B = 60 Hz + 0.06 F. Applied to frames of about 23 ms, windowed before and after.
    """
    hop = 2 ** round(np.log2(0.006 * rate))
    size, frames = 4 * hop, len(source) // hop + 4
    window = np.sin(np.pi * np.arange(size) / size).astype(
        np.float32
    )  # float32: half the time
    padded = np.pad(source, (3 * hop, frames * hop - len(source))).astype(np.float32)
    spectra = np.fft.rfft(
        np.lib.stride_tricks.sliding_window_view(padded, size)[::hop] * window
    )
    at = np.linspace(0, peaks.shape[1] - 1, len(spectra)).round().astype(int)
    f2 = (np.fft.rfftfreq(size, 1 / rate) ** 2).astype(np.float32)
    loss = np.ones(spectra.shape, np.float32)
    for peak in peaks.astype(np.float32)[:, at, None]:
        part = f2 / peak**2
        loss *= (1 - part) ** 2 + part * (60 / peak + 0.06) ** 2
    pieces = np.fft.irfft(spectra / np.sqrt(loss)) * window / 2
    out = np.zeros_like(padded)
    for i, piece in enumerate(pieces):
        out[i * hop : i * hop + size] += piece
    return out[3 * hop : 3 * hop + len(source)]
