"""Who speaks, as a vector for each of many short windows."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, ClassVar, final

import numpy as np
import torch
from torch import Tensor

from auris.core.instantiate import Buildable
from auris.core.ranges import Range
from auris.data.turns import Span
from auris.diarization.recording import RATE, Recording
from auris.features.pooling import pool_mean_std
from auris.features.spectrogram import Mfcc
from auris.features.voice_encoder import load_voice_encoder

Seconds = Annotated[float, Range(0.05, 10)]

# what is embedded at once
_BATCH = 64  # windows
_STRETCH = 30.0  # s


class Embedder(Buildable, ABC):
    """A stage that turns windows of speech into vectors.

    Args:
        window: s that a vector tells of.
        hop: s from one window to the next.
    """

    weights: ClassVar[str | None] = None  # of others, that it needs
    is_plain: ClassVar[bool] = False  # whether it knows nothing of voices

    def __init__(self, window: Seconds, hop: Seconds):
        self.window = window
        self.hop = hop

    @abstractmethod
    def embed(self, wave: Tensor) -> Tensor:
        """Vectors (B, D) of waves (B, T)."""

    def finish(self, vectors: np.ndarray) -> np.ndarray:
        """Vectors (N, D) of length 1, of all that `embed` made of a recording."""
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-9)

    @final
    def place_windows(self, speech: Sequence[Span]) -> np.ndarray:
        """Middles (N,) in s of windows, evenly over each span of speech, at least one a span.

        A window reaches beyond a span that is shorter.
        """
        middles = []
        for start, stop in speech:
            first = start + self.window / 2
            last = max(first, stop - self.window / 2)
            if stop - start < self.window:
                first = last = (start + stop) / 2
            count = 1 + int(np.ceil((last - first) / self.hop - 1e-6))
            middles.append(np.linspace(first, last, count))
        return np.concatenate(middles) if middles else np.zeros(0)

    @final
    @torch.inference_mode()
    def embed_windows(self, recording: Recording, middles: np.ndarray) -> np.ndarray:
        """Vectors (B, D) of windows round times (B,) in s, one of `split_windows`."""
        return self.embed(torch.from_numpy(self._read(recording, middles))).numpy()

    def _read(self, recording: Recording, middles: np.ndarray) -> np.ndarray:
        """Windows (B, T) round times (B,) in s, from one stretch of the recording."""
        size = round(self.window * RATE)
        firsts = np.rint((middles - middles[0]) * RATE).astype(int)
        begin = middles[0] - self.window / 2
        stretch = recording.read(begin, begin + (firsts[-1] + size) / RATE)
        return np.stack([stretch[first : first + size] for first in firsts])


def split_windows(middles: np.ndarray) -> list[np.ndarray]:
    """Times (N,) of windows in parts that are neither many nor far from each other."""
    parts = []
    while len(middles):
        near = int(np.searchsorted(middles, middles[0] + _STRETCH, side="right"))
        count = min(near, _BATCH)
        parts.append(middles[:count])
        middles = middles[count:]
    return parts


@final
class Voice(Embedder):
    """Vectors of a network that was trained to tell voices from each other."""

    weights = "voice"

    def __init__(self, window: Seconds, hop: Seconds):
        super().__init__(window, hop)
        self.encoder = load_voice_encoder()

    def embed(self, wave: Tensor) -> Tensor:
        return self.encoder(wave)


@final
class MfccStatistics(Embedder):
    """Plain: means and deviations of cepstral coefficients, standardised over the recording.

    Args:
        n_mfcc: coefficients; the first, which is the level, is left out.
    """

    is_plain = True

    def __init__(
        self, window: Seconds, hop: Seconds, n_mfcc: Annotated[int, Range(2, 40)]
    ):
        super().__init__(window, hop)
        self.cepstrum = Mfcc(RATE, n_mfcc, n_fft=512, hop_length=160, n_mels=40)

    def embed(self, wave: Tensor) -> Tensor:
        shape = self.cepstrum(wave)[:, 1:]  # (B, n_mfcc - 1, T')
        return pool_mean_std(shape)

    def finish(self, vectors: np.ndarray) -> np.ndarray:
        centred = vectors - vectors.mean(0)
        return super().finish(centred / centred.std(0).clip(1e-9))
