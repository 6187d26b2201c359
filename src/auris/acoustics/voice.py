"""Voices by source and filter: glottal pulses and breath sent through a vocal tract that moves.

A call's spectrum is its source's times the tract's transfer function (Fant 1960, "Acoustic Theory
of Speech Production", ch. 1.1), in mammals at large as in speech (Taylor & Reby 2010, J. Zool.
280:221-236). Times are in seconds, frequencies in hertz, lengths in metres; signals are arrays (T,)
in samples.
"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Signal = NDArray[np.floating]


_SOUND_SPEED = 350.0  # m/s, in the warm moist air of a vocal tract


# Hz: harmonics above lie under the breath noise, and cost as much as those that are heard
_MAX_HARMONIC = 12_000.0


def slope_gain(f: Signal, slope: float) -> Signal:
    """Gain (F,) of `slope` dB per octave at frequencies f (F,), level below 50 Hz."""
    kilohertz = np.maximum(f, 50) / 1000
    return np.power(kilohertz, slope / 6.02)


def smooth_path(values: Sequence[float], times: Sequence[float], size: int) -> Signal:
    """A smooth path (size,) through `values` at `times` (rising from 0 to 1), level at each of
    them."""
    count = len(times)
    time = np.linspace(0, 1, size)
    place = np.interp(time, times, np.arange(count))
    knot = np.minimum(place.astype(int), count - 2)
    part = place - knot
    start = np.asarray(values)[knot]
    change = np.diff(values)[knot]
    return start + change * part * part * (3 - 2 * part)


def random_path(
    rng: np.random.Generator, seconds: float, speed: float, size: int
) -> Signal:
    """Random motion (size,), std about 0.8, with `speed` turns a second: jitter, shimmer,
    tremor."""
    count = int(seconds * speed) + 2
    knots = rng.standard_normal(count)
    place = np.linspace(0, count - 1, size)
    return np.interp(place, np.arange(count), knots)


def _glottal_harmonics(
    opening: float, closing: float, count: int
) -> NDArray[np.complex128]:
    """Harmonics 1 to `count` (count,) of the slope of one glottal period: what the lips radiate.

    The flow is Rosenberg's pulse B (1971, J. Acoust. Soc. Am. 49:583-590, fig. 1): 3u^2 - 2u^3 for
    the part `opening` of the period, then 1 - u^2 for the part `closing`, then shut. Closing fast
    sounds bright.
    """
    t = np.arange(4096) / 4096
    up = t / opening
    down = (t - opening) / closing
    opens = 3 * up**2 - 2 * up**3
    closes = np.where(down < 1, 1 - down**2, 0)
    flow = np.where(up < 1, opens, closes)
    number = np.arange(1, count + 1)
    harmonics = np.fft.rfft(flow)[1 : count + 1]
    slope = harmonics * number * 1j
    power = np.sum(np.abs(slope) ** 2) / 2
    return slope / np.sqrt(power)


def glottal_source(f0: Signal, opening: float, closing: float, rate: int) -> Signal:
    """The pulse train (T,) of pitch f0 (T,), of about unit power: up to 12 kHz, nothing aliased."""
    highest = min(_MAX_HARMONIC, 0.45 * rate)
    count = max(1, int(highest / f0.min()))
    harmonics = _glottal_harmonics(opening, closing, count).astype(np.complex64)
    phase = np.cumsum(f0 / rate) % 1  # periods
    turn = np.exp(2j * np.pi * phase).astype(np.complex64)
    total = np.zeros_like(turn)
    # Horner: the sum of harmonic_k turn^k costs one product per harmonic
    for k in range(len(harmonics), 0, -1):
        audible = k * f0 < highest
        total += harmonics[k - 1] * audible
        total *= turn
    return total.real


def tract_formants(length: float, mouth: Signal, front: Signal, rate: int) -> Signal:
    """Resonances (N, frames) of a tract of `length`.

    Mouth open and tongue in front by 0 to 1 (frames,). A tube closed at the glottis rings at (2n -
    1) c / 4L (Fant 1960, ch. 1.2). Opening the jaw raises the first resonance, a tongue in front
    and spread lips the second: from [m, u] to [a] and to [i].
    """
    highest = min(0.5 * rate, 1.5 * _MAX_HARMONIC)
    fitting = int(highest * 2 * length / _SOUND_SPEED + 0.5)
    count = max(2, fitting)
    odd = 2 * np.arange(1, count + 1) - 1
    tube = odd * _SOUND_SPEED / (4 * length)  # (N,)
    shape = np.ones((count, len(mouth)))
    shape[0] = 0.4 + 0.65 * mouth
    shape[1] = 0.65 + 0.5 * front
    return tube[:, None] * shape


def apply_formants(source: Signal, peaks: Signal, rate: int) -> Signal:
    """`source` (T,) through resonances `peaks` (N, frames) that are spread evenly over its length.

    Applied to frames of about 23 ms, windowed before and after.
    """
    hop = 2 ** round(np.log2(0.006 * rate))
    size = 4 * hop
    frames = len(source) // hop + 4
    window = np.sin(np.pi * np.arange(size) / size)
    window = window.astype(np.float32)  # half the time
    ends = (3 * hop, frames * hop - len(source))
    padded = np.pad(source, ends).astype(np.float32)
    pieces = sliding_window_view(padded, size)[::hop]  # (frames, size)
    spectra = np.fft.rfft(pieces * window)
    loss = _formant_loss(peaks, len(spectra), size, rate)
    filtered = np.fft.irfft(spectra / np.sqrt(loss)) * window / 2
    out = np.zeros_like(padded)
    for i, piece in enumerate(filtered):
        start = i * hop
        out[start : start + size] += piece
    first = 3 * hop
    return out[first : first + len(source)]


def _formant_loss(peaks: Signal, frames: int, size: int, rate: int) -> Signal:
    """What resonances `peaks` (N, ...) divide the power of `frames` spectra by: (frames, F).

    Each is |H| = F^2 / |F^2 - f^2 + ifB| (Fant 1960; Klatt 1980, J. Acoust. Soc. Am. 67:971-995,
    cascade), of bandwidth B = 60 Hz + 0.06 F.
    """
    place = np.linspace(0, peaks.shape[1] - 1, frames).round().astype(int)
    hertz = np.fft.rfftfreq(size, 1 / rate)
    squares = (hertz**2).astype(np.float32)
    loss = np.ones((frames, len(squares)), np.float32)
    for peak in peaks.astype(np.float32)[:, place, None]:  # (frames, 1)
        part = squares / peak**2
        damping = (60 / peak + 0.06) ** 2
        loss *= (1 - part) ** 2 + part * damping
    return loss
