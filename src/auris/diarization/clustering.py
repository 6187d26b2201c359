"""Which windows are of one speaker."""

from abc import ABC, abstractmethod
from typing import Annotated, final

import numpy as np
from sklearn.cluster import KMeans, SpectralClustering

from auris.core.instantiate import Buildable
from auris.core.ranges import Range, Seed
from auris.diarization.speaker_count import (
    Fraction,
    WindowCount,
    thin_affinity,
    thin_evenly,
)

_FAINT = 1e-6  # an affinity that ties what would be in pieces


class Clusterer(Buildable, ABC):
    """A stage that says which speaker each window is of."""

    @abstractmethod
    def cluster(self, vectors: np.ndarray, number: int) -> np.ndarray:
        """Speakers (N,) from 0 to `number` - 1, of vectors (N, D) of length 1."""


@final
class SphericalKMeans(Clusterer):
    """k-means of vectors of length 1.

    Args:
        restarts: of which the best is taken.
        seed: of where they begin.
    """

    def __init__(self, restarts: Annotated[int, Range(1, 1000)], seed: Seed):
        self.restarts = restarts
        self.seed = seed

    def cluster(self, vectors: np.ndarray, number: int) -> np.ndarray:
        method = KMeans(number, n_init=self.restarts, random_state=self.seed)
        return method.fit_predict(vectors)


@final
class Spectral(Clusterer):
    """Clusters of who is near whom; windows that are left out go to the nearest mean.

    Ng, Jordan and Weiss (2001), On spectral clustering: analysis and an algorithm.

    Args:
        max_windows: that are compared, evenly over the recording.
        neighbours: fraction of the windows that are near to one.
        seed: of where k-means begins.
    """

    def __init__(self, max_windows: WindowCount, neighbours: Fraction, seed: Seed):
        self.max_windows = max_windows
        self.neighbours = neighbours
        self.seed = seed

    def cluster(self, vectors: np.ndarray, number: int) -> np.ndarray:
        if number == 1:
            return np.zeros(len(vectors), dtype=int)
        some = thin_evenly(vectors, self.max_windows)
        method = SpectralClustering(
            number, affinity="precomputed", random_state=self.seed
        )
        nearest = max(number, round(self.neighbours * len(some)))
        affinity = thin_affinity(some @ some.T, nearest)
        labels = method.fit_predict(affinity + _FAINT)
        means = speaker_means(some, labels, number)
        return (vectors @ means.T).argmax(1)


def speaker_means(vectors: np.ndarray, labels: np.ndarray, number: int) -> np.ndarray:
    """The mean directions (number, D) of vectors (N, D) of each speaker."""
    sums = np.zeros((number, vectors.shape[1]))
    np.add.at(sums, labels, vectors)
    return sums / np.linalg.norm(sums, axis=1, keepdims=True).clip(1e-9)
