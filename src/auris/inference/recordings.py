"""What a model is asked about: a file, or samples that a program has already."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import final

import numpy as np

from auris.core.errors import UserError
from auris.data import audio

_IN_MEMORY = "array"  # the name of samples that no file holds


class Recording(ABC):
    """Samples of any length, rate and channel count, read as they are needed."""

    name: str

    @property
    @abstractmethod
    def header(self) -> audio.Header:
        """What is known of it. Raises `Unusable`."""

    @abstractmethod
    def read(self, sample_rate: int, start: float, stop: float) -> audio.Samples:
        """Samples (C, T) from `start` to `stop` in s, at `sample_rate` in Hz. Raises `Unusable`."""


@final
class FileRecording(Recording):
    """A file."""

    def __init__(self, path: Path):
        self.path = path
        self.name = str(path)

    @property
    def header(self) -> audio.Header:
        return audio.read_header(self.path)

    def read(self, sample_rate: int, start: float, stop: float) -> audio.Samples:
        return audio.read_samples(self.path, sample_rate, start, stop)


@final
class ArrayRecording(Recording):
    """Samples (T,) or (C, T) at `rate` in Hz; 1 is full scale, or of integers their largest.

    Raises `UserError` for an array that is none of samples.
    """

    def __init__(self, wave: np.ndarray, rate: int):
        if wave.ndim > 2 or wave.ndim == 2 and wave.shape[0] > wave.shape[1]:
            raise UserError(
                f"Samples are (T,) or (C, T) and these are {wave.shape}; "
                "what soundfile reads needs .T."
            )
        self.name = _IN_MEMORY
        self._wave = np.atleast_2d(_to_float(wave)).T  # (T, C)
        self._rate = rate

    @property
    def header(self) -> audio.Header:
        frames, channels = self._wave.shape
        audio.check_facts(self._rate, channels)
        return audio.Header(self._rate, channels, frames, _IN_MEMORY, "FLOAT")

    def read(self, sample_rate: int, start: float, stop: float) -> audio.Samples:
        first = round(start * self._rate)
        last = round(stop * self._rate)
        return audio.convert_samples(self._wave[first:last], self._rate, sample_rate)


def _to_float(wave: np.ndarray) -> np.ndarray:
    """Samples as float32, where 1 is full scale."""
    if np.issubdtype(wave.dtype, np.signedinteger):
        wave = wave / -float(np.iinfo(wave.dtype).min)
    if not np.issubdtype(wave.dtype, np.floating):
        raise UserError(f"Samples are floats or signed integers, not {wave.dtype}.")
    return wave.astype(np.float32)
