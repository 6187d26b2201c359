"""Dry sounds for sources in a room: one like speech, by source and filter as in `voice`, and noise.

Not words, but what matters to an array: voiced and unvoiced stretches, pauses, a pitch and
resonances that move, in syllables of 100 to 300 ms. Times in seconds, frequencies in Hz; signals
are arrays (T,) of unit power.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from auris.acoustics.voice import (
    apply_formants,
    glottal_source,
    random_path,
    tract_formants,
)

Signal = NDArray[np.floating]


_RAMP = 0.01  # s in which a sound sets in
_PAUSE_FRACTION = 0.08  # of the syllables, which are silent


class Talker(NamedTuple):
    """What makes one voice: child, woman or man."""

    pitch: float  # Hz
    tract: float  # m, the length of the vocal tract


def draw_talker(rng: np.random.Generator) -> Talker:
    """A voice: who has a long tract has a low pitch."""
    large = rng.random()
    pitch = 270 * 0.35**large * rng.uniform(0.85, 1.15)
    return Talker(pitch, 0.13 + 0.05 * large)


def speech_like(
    rng: np.random.Generator, seconds: float, rate: int, talker: Talker | None = None
) -> Signal:
    """Somebody who talks: voiced syllables that begin with breath, now and then a short pause.

    Args:
        talker: whose voice it is; None: somebody's.
    """
    size = round(seconds * rate)
    count = int(seconds * 10) + 2
    durations = rng.uniform(0.1, 0.3, count)
    starts = np.r_[0, np.cumsum(durations)]  # s, of the syllables
    time = np.arange(size) / rate + rng.uniform(0, 0.1)
    syllable = np.searchsorted(starts, time, side="right") - 1  # (T,) which one
    breath = rng.uniform(0, 0.15, count)[syllable]  # s, for which each begins with it
    since = time - starts[syllable]
    breathing = _round_edges(since < breath, rate)
    noise = _coloured_noise(rng, size, rate)
    hiss = noise * _random_gains(rng, -15, count)[syllable]
    gains = _random_gains(rng, -12, count)
    sounding = rng.random(count) > _PAUSE_FRACTION
    loud = gains * sounding
    vowels = _vowel_sequence(rng, size, rate, talker or draw_talker(rng))
    sound = vowels * (1 - breathing) + hiss * breathing
    envelope = _round_edges(loud[syllable], rate)
    return to_unit_power(sound * envelope)


def _random_gains(rng: np.random.Generator, lowest: float, count: int) -> Signal:
    """Factors (count,) on amplitudes, from `lowest` to 0 dB."""
    level = rng.uniform(lowest, 0, count)
    return 10 ** (level / 20)


def _vowel_sequence(
    rng: np.random.Generator, size: int, rate: int, talker: Talker
) -> Signal:
    """A voice that goes from vowel to vowel (T,)."""
    seconds = size / rate
    melody = 0.25 * random_path(rng, seconds, 3, size)  # octaves
    source = glottal_source(talker.pitch * 2**melody, 0.4, 0.16, rate)
    moves = max(2, round(100 * seconds))
    mouth = _random_opening(rng, seconds, moves)
    front = _random_opening(rng, seconds, moves)
    peaks = tract_formants(talker.tract, mouth, front, rate)
    sound = apply_formants(source, peaks, rate)
    breath = 0.02 * rng.standard_normal(size)
    return to_unit_power(sound + breath)


def _random_opening(rng: np.random.Generator, seconds: float, size: int) -> Signal:
    path = random_path(rng, seconds, 6, size)
    return np.clip(0.5 + 0.4 * path, 0, 1)


def noise_bursts(rng: np.random.Generator, seconds: float, rate: int) -> Signal:
    """Noise of one colour that sets in and stops, on for 50 to 400 ms, off for half as long at
    most."""
    size = round(seconds * rate)
    count = int(seconds * 20) + 2
    on = rng.uniform(0.05, 0.4, count)
    off = on * rng.uniform(0, 0.5, count)
    durations = np.stack([on, off], 1).ravel() * rate
    begun = rng.uniform(0, 0.1) * rate
    edges = np.cumsum(durations) - begun
    passed = np.searchsorted(edges, np.arange(size))
    envelope = _round_edges(passed % 2 == 0, rate)
    noise = _coloured_noise(rng, size, rate)
    return to_unit_power(noise * envelope)


def _coloured_noise(rng: np.random.Generator, size: int, rate: int) -> Signal:
    """Noise (T,) of unit power, loud in a band of one to five octaves."""
    hertz = np.fft.rfftfreq(size, 1 / rate)
    middle = 2 ** rng.uniform(np.log2(400), np.log2(0.4 * rate))
    octaves = rng.uniform(0.5, 2.5)
    audible = np.maximum(hertz, 20)
    distance = np.log2(audible / middle) / octaves
    gain = np.exp(-0.5 * distance**2)
    white = rng.standard_normal(size)
    spectrum = np.fft.rfft(white) * gain
    noise = np.fft.irfft(spectrum, size)
    return to_unit_power(noise)


def _round_edges(steps: NDArray, rate: int) -> Signal:
    """Steps (T,) with their edges rounded."""
    size = max(3, round(2 * _RAMP * rate))
    window = np.hanning(size)
    return np.convolve(steps, window / window.sum(), mode="same")


def to_unit_power(sound: Signal) -> Signal:
    """The same sound at unit power; silence stays silence."""
    rms = np.sqrt(np.mean(sound**2))
    return sound / max(rms, 1e-9)
