"""Dry sounds for sources in a room: talk, by source and filter as in `voice`, and bursts of noise.

Not words, but what matters to an array: voiced and unvoiced stretches, pauses, a pitch and resonances that move, in
syllables of 100 to 300 ms. Times in seconds, frequencies in Hz; signals are arrays (T,) of unit power.
"""

import numpy as np
from numpy.typing import NDArray

from auris.acoustics.voice import formants, resonate, voiced, wander

Signal = NDArray[np.floating]


RAMP = 0.01  # s in which a sound sets in


PAUSE = 0.08  # share of syllables that are silent


def talk(rng: np.random.Generator, seconds: float, rate: int) -> Signal:
    """Somebody who talks: voiced syllables that begin with breath, now and then a short pause."""
    size, count = round(seconds * rate), int(seconds * 10) + 2
    starts = np.r_[0, np.cumsum(rng.uniform(0.1, 0.3, count))]  # s, of the syllables
    time = np.arange(size) / rate + rng.uniform(0, 0.1)
    syllable = np.searchsorted(starts, time, side="right") - 1  # (T,) which one
    breath = rng.uniform(0, 0.15, count)[syllable]  # s, for which each begins with it
    breathing = smooth(time - starts[syllable] < breath, rate)
    hiss = coloured(rng, size, rate) * 10 ** (rng.uniform(-15, 0, count) / 20)[syllable]
    loud = 10 ** (rng.uniform(-12, 0, count) / 20) * (rng.random(count) > PAUSE)
    return level(
        (vowels(rng, size, rate) * (1 - breathing) + hiss * breathing)
        * smooth(loud[syllable], rate)
    )


def vowels(rng: np.random.Generator, size: int, rate: int) -> Signal:
    """A voice that goes from vowel to vowel (T,): children to men by pitch and by the length of the tract."""
    seconds, large = size / rate, rng.random()
    pitch = 270 * 0.35**large * rng.uniform(0.85, 1.15)
    f0 = pitch * 2 ** (0.25 * wander(rng, seconds, 3, size))
    moves = max(2, round(100 * seconds))
    mouth, front = (
        np.clip(0.5 + 0.4 * wander(rng, seconds, 6, moves), 0, 1) for _ in range(2)
    )
    sound = resonate(
        voiced(f0, 0.4, 0.16, rate),
        formants(0.13 + 0.05 * large, mouth, front, rate),
        rate,
    )
    return level(sound + 0.02 * rng.standard_normal(size))


def bursts(rng: np.random.Generator, seconds: float, rate: int) -> Signal:
    """Noise of one colour that sets in and stops, on for 50 to 400 ms, off for half as long at most."""
    size, count = round(seconds * rate), int(seconds * 20) + 2
    on = rng.uniform(0.05, 0.4, count)
    edges = (
        np.cumsum(np.stack([on, on * rng.uniform(0, 0.5, count)], 1).ravel() * rate)
        - rng.uniform(0, 0.1) * rate
    )
    sounding = np.searchsorted(edges, np.arange(size)) % 2 == 0
    return level(coloured(rng, size, rate) * smooth(sounding, rate))


def coloured(rng: np.random.Generator, size: int, rate: int) -> Signal:
    """Noise (T,) of unit power, loud in a band of one to five octaves."""
    hertz = np.fft.rfftfreq(size, 1 / rate)
    middle, octaves = (
        2 ** rng.uniform(np.log2(400), np.log2(0.4 * rate)),
        rng.uniform(0.5, 2.5),
    )
    shape = np.exp(-0.5 * (np.log2(np.maximum(hertz, 20) / middle) / octaves) ** 2)
    return level(np.fft.irfft(np.fft.rfft(rng.standard_normal(size)) * shape, size))


def smooth(steps: NDArray, rate: int) -> Signal:
    """Steps (T,) with their edges rounded."""
    window = np.hanning(max(3, round(2 * RAMP * rate)))
    return np.convolve(steps, window / window.sum(), mode="same")


def level(sound: Signal) -> Signal:
    """The same sound at unit power; silence stays silence."""
    return sound / max(np.sqrt(np.mean(sound**2)), 1e-9)
