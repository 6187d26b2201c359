"""When anybody speaks at all: voice activity."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, ClassVar, final

import numpy as np

from auris.core.instantiate import Buildable
from auris.core.ranges import Range, Share
from auris.data.turns import Span, merge_spans


class SpeechDetector(Buildable, ABC):
    """A stage that hears a recording block by block and says when there is speech."""

    frame: ClassVar[float]  # s
    hangover: ClassVar[float] = 0.0  # s by which it goes on after speech has ended
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

    onset: Share
    offset: Share
    min_pause: Annotated[float, Range(0, 60)]
    min_speech: Annotated[float, Range(0, 60)]
    padding: Annotated[float, Range(0, 5)]

    def find_spans(
        self, probability: np.ndarray, detector: SpeechDetector, duration: float
    ) -> list[Span]:
        """The spans of speech, of what a detector says (frames,), within `duration` s."""
        runs = self._find_runs(probability) * detector.frame
        spans = merge_spans(map(tuple, runs.tolist()), self.min_pause)
        ended = [(start, stop - detector.hangover) for start, stop in spans]
        long = [span for span in ended if span[1] - span[0] >= self.min_speech]
        padded = merge_spans(
            (start - self.padding, stop + self.padding) for start, stop in long
        )
        return [(max(0.0, start), min(stop, duration)) for start, stop in padded]

    def _find_runs(self, probability: np.ndarray) -> np.ndarray:
        """First frames and those after the last (runs, 2) of what is above the thresholds."""
        likely = probability >= self.offset
        edges = np.flatnonzero(np.diff(likely, prepend=False, append=False))
        runs = edges.reshape(-1, 2)
        sure = [probability[first:last].max() >= self.onset for first, last in runs]
        return runs[np.array(sure, dtype=bool)]
