"""What the spectra of a recording tell, of blocks as they come."""

from typing import Any

import numpy as np
import soxr
import torch

from auris.audit import measures
from auris.audit.fingerprint import LAG, Fingerprint, compute_fingerprint
from auris.data import audio
from auris.features.statistics import Statistics

_COMMON_RATE = 16000  # Hz, at which recordings of any rate are compared
_HOP = 512  # samples, the same for all, as how many statistics there are depends on it
_MIN_SAMPLES = 4 * _HOP  # of a wave; a shorter one is played again
_STRETCH = (
    60 * _COMMON_RATE
)  # samples, whose statistics a longer recording has the mean of
_FLOOR_PERCENTILE = 10


class RunningSpectra:
    """Level, floor, bands, fingerprint and statistics of a recording at `rate` in Hz."""

    def __init__(self, rate: int):
        self._rate = rate
        self._bands = RunningBands(rate)
        self._statistics = RunningStatistics(rate)
        self._power = 0.0  # sum of squares
        self._samples = 0

    def add(self, wave: np.ndarray) -> None:
        """Measure the next samples (n,)."""
        self._power += float(np.square(wave, dtype=np.float64).sum())
        self._samples += len(wave)
        self._bands.add(wave)
        self._statistics.add(wave)

    def measured(self) -> dict[str, Any]:
        """What a `Recording` is told of them, by name. No sample comes after this."""
        self._bands.finish()
        frames = np.concatenate(self._bands.frames)  # (T',)
        audible = frames[frames > audio.SILENCE_PEAK**2]
        spectrum = measures.power_to_level(self._bands.total / len(frames))  # (bands,)
        width = self._rate / 2 / len(spectrum)  # Hz
        edge = measures.find_band_edge(spectrum)
        return {
            "level": float(measures.power_to_level(self._power / self._samples)),
            "floor": _noise_floor(audible),
            "silence": 1 - len(audible) / len(frames),
            "bandwidth": measures.highest_filled_band(spectrum) * width,
            "edge": None if edge is None else edge * width,
            "fingerprint": self._bands.fingerprint(),
            "vector": self._statistics.mean(),
        }


class RunningBands:
    """Band powers of a wave in frames that go on from block to block."""

    def __init__(self, rate: int):
        self.total = np.zeros(
            1
        )  # (64,) powers of bands of equal width, over all frames
        self.frames: list[np.ndarray] = []  # (T',) power of each frame
        self._rate = rate
        self._rest = np.empty(0, np.float32)  # what begins in no whole frame yet
        self._tonal: np.ndarray | None = None  # (LAG, 33) of the last frames
        self._codes: list[Fingerprint] = []

    def add(self, wave: np.ndarray) -> None:
        whole = np.concatenate([self._rest, wave])
        size, hop = measures.frame_size(self._rate)
        count = max(0, (len(whole) - size) // hop + 1)
        if count:
            self._add_frames(whole[: (count - 1) * hop + size])
        self._rest = whole[count * hop :]

    def finish(self) -> None:
        """Fill up the one frame of a recording that is shorter."""
        if not self.frames:
            self._add_frames(self._rest)

    def fingerprint(self) -> Fingerprint:
        codes = np.concatenate([part.codes for part in self._codes])
        return Fingerprint(codes, np.concatenate([part.lively for part in self._codes]))

    def _add_frames(self, wave: np.ndarray) -> None:
        linear, tonal = measures.band_powers(wave, self._rate)
        self.total = self.total + linear.sum(axis=0, dtype=np.float64)
        self.frames.append(linear.sum(axis=1))
        known = tonal if self._tonal is None else np.concatenate([self._tonal, tonal])
        self._codes.append(compute_fingerprint(known))
        self._tonal = known[-LAG:]


class RunningStatistics:
    """The features=statistics of a wave, at a rate that all recordings share.

    A recording of more than a minute has the mean of those of its minutes.
    """

    def __init__(self, rate: int):
        self._stream: soxr.ResampleStream | None = None
        if rate != _COMMON_RATE:
            self._stream = soxr.ResampleStream(rate, _COMMON_RATE, 1, dtype="float32")
        self._rest = np.empty(0, np.float32)
        self._vectors: list[np.ndarray] = []  # (D,) each

    def add(self, wave: np.ndarray) -> None:
        self._add_samples(self._resample(wave))

    def mean(self) -> np.ndarray:
        """(D,). No sample comes after this."""
        self._add_samples(self._resample(np.empty(0, np.float32), last=True))
        if not self._vectors or len(self._rest) >= _MIN_SAMPLES:
            self._vectors.append(_statistics_vector(self._rest))
        return np.mean(self._vectors, axis=0)

    def _resample(self, wave: np.ndarray, last: bool = False) -> np.ndarray:
        if self._stream is None:
            return wave
        return self._stream.resample_chunk(wave.astype(np.float32), last=last)

    def _add_samples(self, wave: np.ndarray) -> None:
        self._rest = np.concatenate([self._rest, wave])
        while len(self._rest) > _STRETCH:
            self._vectors.append(_statistics_vector(self._rest[:_STRETCH]))
            self._rest = self._rest[_STRETCH:]


def _noise_floor(power: np.ndarray) -> float:
    """The level in dB of the softest of frames (N,)."""
    if not len(power):
        return measures.MIN_LEVEL
    softest = np.percentile(power, _FLOOR_PERCENTILE)
    return float(measures.power_to_level(softest))


@torch.inference_mode()
def _statistics_vector(wave: np.ndarray) -> np.ndarray:
    """(D,) of a wave (T,) at the common rate."""
    samples = np.ascontiguousarray(wave[None], dtype=np.float32)  # (1, T)
    if samples.shape[1] < _MIN_SAMPLES:
        samples = audio.fit_length(samples, _MIN_SAMPLES, "repeat")
    statistics = Statistics(_COMMON_RATE, hop_length=_HOP)
    clip = torch.from_numpy(samples)[None]  # (1, 1, T)
    return statistics(clip).flatten().numpy()
