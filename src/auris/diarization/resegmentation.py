"""When exactly the speaker changes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Annotated, NamedTuple, final

import numpy as np

from auris.core.instantiate import Buildable
from auris.core.ranges import Range
from auris.data.turns import Span

FRAME = 0.05  # s

_FAINT = 1e-6  # a weight beside which all others count alone


class WindowScores(NamedTuple):
    """What windows of speech say: N windows, S speakers."""

    middles: np.ndarray  # (N,) in s, rising
    length: float  # s of a window
    scores: np.ndarray  # (N, S): how like each speaker, at most 1
    labels: np.ndarray  # (N,) the speaker of each


class FrameSpeakers(NamedTuple):
    """Who speaks in the frames of speech: T' frames, S speakers."""

    time: np.ndarray  # (T',) their middles in s
    speaker: np.ndarray  # (T',)
    scores: np.ndarray  # (T', S)


class Resegmenter(Buildable, ABC):
    """A stage that goes from windows to frames."""

    @abstractmethod
    def assign_frames(
        self, windows: WindowScores, speech: Sequence[Span]
    ) -> FrameSpeakers:
        """Who speaks in each frame of speech."""


@final
class NearestWindow(Resegmenter):
    """The speaker of the nearest window."""

    def assign_frames(
        self, windows: WindowScores, speech: Sequence[Span]
    ) -> FrameSpeakers:
        time = speech_frames(speech)
        nearest = _nearest(windows.middles, time)
        return FrameSpeakers(time, windows.labels[nearest], windows.scores[nearest])


@final
class Viterbi(Resegmenter):
    """The most likely way through the scores of frames, where a change of speaker costs something.

    Forney (1973), The Viterbi algorithm. A frame's scores are the mean over the windows that hold
    it, near ones more.

    Args:
        sharpness: what a score of 1 is worth in a second.
        change: what a change of speaker costs.
        pause: s of silence over which a change costs nothing.
    """

    def __init__(
        self,
        sharpness: Annotated[float, Range(0, 1000)],
        change: Annotated[float, Range(0, 1000)],
        pause: Annotated[float, Range(0.01, 60)],
    ):
        self.sharpness = sharpness
        self.change = change
        self.pause = pause

    def assign_frames(
        self, windows: WindowScores, speech: Sequence[Span]
    ) -> FrameSpeakers:
        time = speech_frames(speech)
        scores = average_windows(windows, time)
        gap = np.diff(time, prepend=-np.inf)
        cost = self.change * (1 - (gap - FRAME) / self.pause).clip(0, 1)
        path = best_path(self.sharpness * FRAME * scores, cost)
        return FrameSpeakers(time, path, scores)


def speech_frames(speech: Sequence[Span]) -> np.ndarray:
    """Middles (T',) in s of the frames that fill spans of speech."""
    frames = [
        start + FRAME * (np.arange(max(1, round((stop - start) / FRAME))) + 0.5)
        for start, stop in speech
    ]
    return np.concatenate(frames) if frames else np.zeros(0)


def average_windows(windows: WindowScores, time: np.ndarray) -> np.ndarray:
    """Scores (T', S) at times (T',): the mean over the windows round them, in a triangle."""
    half = windows.length / 2
    # where no window holds a frame, the nearest
    total = _FAINT * windows.scores[_nearest(windows.middles, time)]
    weights = np.full(len(time), _FAINT)
    first = np.searchsorted(windows.middles, time - half)
    last = np.searchsorted(windows.middles, time + half)
    for offset in range(int((last - first).max(initial=0))):
        index = np.minimum(first + offset, len(windows.middles) - 1)
        away = np.abs(windows.middles[index] - time)
        weight = (first + offset < last) * (1 - away / half).clip(0)
        total += weight[:, None] * windows.scores[index]
        weights += weight
    return total / weights[:, None]


def best_path(scores: np.ndarray, cost: np.ndarray) -> np.ndarray:
    """The states (T',) with the largest sum of scores (T', S), less `cost` (T',) for a change
    before a frame."""
    count = len(scores)
    best = np.zeros(scores.shape[1])
    origin = np.zeros(scores.shape, dtype=np.int32)
    stay = np.arange(scores.shape[1])
    for frame in range(count):
        leader = int(best.argmax())
        changed = best[leader] - cost[frame]
        changes = changed > best
        origin[frame] = np.where(changes, leader, stay)
        best = np.maximum(best, changed) + scores[frame]
    path = np.zeros(count, dtype=int)
    state = int(best.argmax())
    for frame in range(count - 1, -1, -1):
        path[frame] = state
        state = origin[frame, state]
    return path


def _nearest(middles: np.ndarray, time: np.ndarray) -> np.ndarray:
    """Indices (T',) of the nearest of rising `middles` (N,)."""
    after = np.searchsorted(middles, time).clip(1, max(1, len(middles) - 1))
    before = after - 1
    after = after.clip(0, len(middles) - 1)
    return np.where(time - middles[before] <= middles[after] - time, before, after)
