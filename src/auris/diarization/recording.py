"""A recording as all stages hear it: one channel at 16 kHz, never all of it at once."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import final

import numpy as np

from auris.data import audio

RATE = 16000  # Hz
_BLOCK = 30  # s

# how loud speech is
_FRAME = 320  # samples
_LOUD = 0.95  # quantile of the frames' powers
_LEVEL = 10 ** (-25 / 10)  # power, to full scale
_MAX_GAIN = 100.0


@final
class Recording:
    """A recording of any length, rate and number of channels, which are averaged.

    Raises `Unusable`, here and wherever it is read, for one that can't be used.
    """

    def __init__(self, path: Path):
        self.path = path
        self.header = audio.read_header(path)
        self.duration = self.header.duration  # s

    @cached_property
    def gain(self) -> float:
        """What brings the loud frames of a faint recording to the level of speech, 1 or more."""
        powers = [
            _frame_powers(self._read_mono(start, stop))
            for start, stop in self.block_times()
        ]
        loud = float(np.quantile(np.concatenate(powers), _LOUD))
        wanted = np.sqrt(_LEVEL / max(loud, 1e-20))
        return float(np.clip(wanted, 1, _MAX_GAIN))

    def read(self, start: float, stop: float) -> np.ndarray:
        """Samples (T,) from `start` to `stop` in s, silent before and behind the recording.

        Those of a faint recording are raised.
        """
        size = round((stop - start) * RATE)
        first = max(0.0, start)
        mono = self._read_mono(first, min(stop, self.duration))
        before = round((first - start) * RATE)
        behind = max(0, size - before - len(mono))
        return self.gain * np.pad(mono, (before, behind))[:size]

    def _read_mono(self, start: float, stop: float) -> np.ndarray:
        wave = audio.read_samples(self.path, RATE, start, stop)  # (C, T)
        try:
            return audio.to_channels(wave, 1)[0]
        except audio.Unusable:  # of opposite sign: each alone holds what is said
            return wave[0]

    def blocks(self) -> Iterator[np.ndarray]:
        """All samples, in waves (T,) of half a minute; the last one ends with the recording."""
        for start, stop in self.block_times():
            yield self.read(start, stop)

    def block_times(self) -> list[tuple[float, float]]:
        """Starts and stops in s of `blocks`."""
        # what is left over is not a block of its own, which could be too short to be read
        count = max(1, int(self.duration / _BLOCK))
        starts = [float(_BLOCK * number) for number in range(count)]
        return list(zip(starts, [*starts[1:], self.duration], strict=True))


def _frame_powers(wave: np.ndarray) -> np.ndarray:
    """Powers (frames,) of a wave (T,)."""
    padded = np.pad(wave, (0, -len(wave) % _FRAME))
    return np.square(padded.reshape(-1, _FRAME)).mean(1)
