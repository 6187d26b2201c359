"""How many speakers there are, and why."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, NamedTuple, final

import numpy as np
from scipy.linalg import eigh

from auris.core.instantiate import Buildable
from auris.core.ranges import Length, Range

WindowCount = Annotated[int, Range(10, 5000)]
Fraction = Annotated[float, Range(0, 1, above=True)]


class CountEvidence(NamedTuple):
    """A number of speakers, and what speaks for it."""

    number: int
    eigenvalues: np.ndarray  # (K,) the smallest ones, rising
    is_given: bool  # whether the number was told, not found


class SpeakerCounter(Buildable, ABC):
    """A stage that says how many speakers vectors are of."""

    @abstractmethod
    def count_speakers(
        self, vectors: np.ndarray, lowest: int, highest: int
    ) -> CountEvidence:
        """A number from `lowest` to `highest`, of vectors (N, D) of length 1 in their order."""


@final
class Eigengap(SpeakerCounter):
    """As many as the Laplacian of who is near whom has eigenvalues near 0.

    The affinity of windows is thinned to the nearest of each, and the number is where the
    eigenvalues rise most: von Luxburg (2007), A tutorial on spectral clustering, section 8.3. How
    many are near is not known: eigenvalues are the mean over several fractions.

    Args:
        max_windows: that are compared, evenly over the recording.
        neighbours: fractions of the windows that are near to one.
        min_neighbours: windows that are near to one at least.
    """

    def __init__(
        self,
        max_windows: WindowCount,
        neighbours: Annotated[Sequence[Fraction], Length(1, 20)],
        min_neighbours: Annotated[int, Range(1, 1000)],
    ):
        self.max_windows = max_windows
        self.neighbours = neighbours
        self.min_neighbours = min_neighbours

    def count_speakers(
        self, vectors: np.ndarray, lowest: int, highest: int
    ) -> CountEvidence:
        some = thin_evenly(vectors, self.max_windows)
        most = min(highest, len(some))
        least = min(lowest, most)
        values = self._eigenvalues(some, most + 1)
        gaps = np.diff(values)[least - 1 : most]  # after `least`, ... eigenvalues
        number = least + int(gaps.argmax()) if len(gaps) else least
        return CountEvidence(number, values, lowest == highest)

    def _eigenvalues(self, vectors: np.ndarray, count: int) -> np.ndarray:
        """The smallest eigenvalues (K,), at most `count`, their mean over the fractions."""
        cosine = vectors @ vectors.T
        last = min(count, len(vectors)) - 1
        values = []
        for fraction in self.neighbours:
            nearest = max(self.min_neighbours, round(fraction * len(vectors)))
            laplacian = normalized_laplacian(thin_affinity(cosine, nearest))
            smallest = eigh(laplacian, eigvals_only=True, subset_by_index=(0, last))
            values.append(smallest)
        return np.mean(values, axis=0).clip(0)  # rounding leaves some a little below


def thin_evenly(vectors: np.ndarray, most: int) -> np.ndarray:
    """No more than `most` of vectors (N, D), evenly spread."""
    if len(vectors) <= most:
        return vectors
    chosen = np.linspace(0, len(vectors) - 1, most).round().astype(int)
    return vectors[chosen]


def thin_affinity(affinity: np.ndarray, nearest: int) -> np.ndarray:
    """Who is near whom (N, N): 1 where two are among the `nearest` of each other, 0.5 where only
    one is."""
    last = max(0, len(affinity) - nearest)
    bound = np.partition(affinity, last, axis=1)[:, last]
    near = (affinity >= bound[:, None]).astype(float)
    return (near + near.T) / 2


def normalized_laplacian(affinity: np.ndarray) -> np.ndarray:
    """I - D^-1/2 A D^-1/2 of an affinity (N, N)."""
    scale = 1 / np.sqrt(affinity.sum(1))
    return np.eye(len(affinity)) - scale[:, None] * affinity * scale
