"""When anybody speaks at all: voice activity."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np

from auris.core.instantiate import Buildable
from auris.data.turns import Span, merge_spans


class SpeechDetector(Buildable, ABC):
    """A stage that hears a recording block by block and says when there is speech."""

    frame: ClassVar[float]  # s
    weights: ClassVar[str | None] = None  # of others, that it needs

    @abstractmethod
    def score_frames(self, blocks: Iterable[np.ndarray]) -> np.ndarray:
        """The probability (frames,) that somebody speaks, of waves (T,) that follow each other."""


@final
@dataclass(frozen=True)
class SpanRules(Buildable):
    """What makes spans of probabilities.

    Args:
        onset: probability with which speech begins.
        offset: probability below which it ends.
        min_pause: s; a shorter pause is part of the speech.
        min_speech: s; what is shorter is none.
        padding: s by which speech is longer, at either end.
    """

    onset: float
    offset: float
    min_pause: float
    min_speech: float
    padding: float

    def find_spans(
        self, probability: np.ndarray, frame: float, duration: float
    ) -> list[Span]:
        """The spans of speech, of probabilities (frames,) of `frame` s, within `duration` s."""
        loud = probability >= self.offset
        edges = np.flatnonzero(np.diff(loud, prepend=False, append=False))
        runs = [
            (first, last)
            for first, last in edges.reshape(-1, 2).tolist()
            if probability[first:last].max() >= self.onset
        ]
        spans = merge_spans(
            ((first * frame, last * frame) for first, last in runs), self.min_pause
        )
        long = (span for span in spans if span[1] - span[0] >= self.min_speech)
        padded = merge_spans(
            (start - self.padding, stop + self.padding) for start, stop in long
        )
        return [
            (max(0.0, start), min(stop, duration))
            for start, stop in padded
            if start < duration
        ]
