"""What the simulations of clips have in common: levels, noise by its spectrum."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from auris.acoustics.voice import Signal

Spectrum = NDArray[np.complexfloating]

Level = TypeVar("Level", float, Signal)


def gain_of(decibels: Level) -> Level:
    """The factor that raises a signal by so many dB."""
    return 10 ** (decibels / 20)


def mean_power(x: Signal) -> np.floating:
    return np.mean(x**2)


def white_spectrum(size: int, rng: np.random.Generator) -> Spectrum:
    """White noise (size,) by frequency, of power 2 each."""
    real, imaginary = rng.standard_normal((2, size), np.float32)
    return real + 1j * imaginary


def limit_peak(clip: Signal) -> NDArray[np.float32]:
    """The clip (T,), turned down where it would exceed full scale."""
    peak = np.abs(clip).max()
    return (clip / max(1.0, peak)).astype(np.float32)
