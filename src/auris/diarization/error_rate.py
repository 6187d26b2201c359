"""How wrong an answer to "who spoke when?" is.

R speakers of the reference, H of the answer, K stretches in which neither changes.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, final

import numpy as np
from scipy.optimize import linear_sum_assignment

from auris.data.turns import Span, Turn, speakers_of


@final
class DiarizationErrors(NamedTuple):
    """What is wrong, in s; several recordings can be added with `add_errors`."""

    speech: float  # of the reference, that of two who speak at once counted twice
    miss: float
    false_alarm: float
    confusion: float  # heard, but as another speaker's
    jaccard: (
        float  # summed over the speakers of the reference: no seconds, but 0 to 1 each
    )
    speakers: int  # of the reference
    found: int  # speakers of the answer

    @property
    def error_rate(self) -> float:
        """DER: NIST (2009), The 2009 rich transcription meeting recognition evaluation plan."""
        wrong = self.miss + self.false_alarm + self.confusion
        if not self.speech:
            return float(wrong > 0)
        return wrong / self.speech

    @property
    def jaccard_error_rate(self) -> float:
        """JER: Ryant et al. (2019), The second DIHARD diarization challenge, section 4.2."""
        if not self.speakers:
            return float(self.false_alarm > 0)
        return self.jaccard / self.speakers


def measure_errors(
    reference: Sequence[Turn],
    answer: Sequence[Turn],
    collar: float = 0.0,
    overlap: bool = True,
    scored: Sequence[Span] | None = None,
) -> DiarizationErrors:
    """What is wrong with an answer.

    Args:
        reference, answer: turns; those of one speaker do not overlap.
        collar: s on either side of each boundary of the reference that are left out.
        overlap: whether it counts where several speak at once in the reference.
        scored: what counts at all; None: from the first turn to the last.

    Speakers are mapped to each other so that most of the time is common to them (Kuhn, 1955).
    """
    edges = _segment_time(reference, answer, collar, scored)
    speakers = speakers_of(reference)
    found = speakers_of(answer)
    middle = (edges[1:] + edges[:-1]) / 2
    spoken = _activity(reference, speakers, middle)  # (R, K)
    heard = _activity(answer, found, middle)  # (H, K)
    duration = np.diff(edges)  # (K,)
    duration = duration * _is_scored(middle, reference, collar, scored)
    if not overlap:
        duration = duration * (spoken.sum(0) < 2)
    return _count_errors(spoken, heard, duration)


def add_errors(errors: Iterable[DiarizationErrors]) -> DiarizationErrors:
    """Those of several recordings together."""
    return DiarizationErrors(*(sum(values) for values in zip(*errors, strict=True)))


def format_errors(errors: DiarizationErrors) -> list[str]:
    """DER, its three parts, JER and the speakers, for a row of a table."""
    speech = max(errors.speech, 1e-9)
    rates = (
        errors.error_rate,
        errors.miss / speech,
        errors.false_alarm / speech,
        errors.confusion / speech,
        errors.jaccard_error_rate,
    )
    counted = f"{errors.found} found of {errors.speakers}"
    return [*(f"{100 * rate:.1f} %" for rate in rates), counted]


def _segment_time(
    reference: Sequence[Turn],
    answer: Sequence[Turn],
    collar: float,
    scored: Sequence[Span] | None,
) -> np.ndarray:
    """Times (K + 1,) between which nothing changes."""
    boundaries = _boundaries(reference)
    times = [boundaries, boundaries - collar, boundaries + collar, _boundaries(answer)]
    if scored is not None:
        times.append(np.array(scored, dtype=float).ravel())
    edges = np.unique(np.concatenate(times))
    return edges if len(edges) else np.zeros(1)


def _boundaries(turns: Sequence[Turn]) -> np.ndarray:
    return np.array([turn[:2] for turn in turns], dtype=float).ravel()


def _activity(
    turns: Sequence[Turn], speakers: Sequence[str], time: np.ndarray
) -> np.ndarray:
    """Who speaks at times (K,): (speakers, K) of 0 and 1."""
    rows = {speaker: row for row, speaker in enumerate(speakers)}
    active = np.zeros((len(speakers), len(time)), dtype=np.int8)
    for start, stop, speaker in turns:
        first, last = np.searchsorted(time, (start, stop))
        active[rows[speaker], first:last] = 1
    return active


def _is_scored(
    time: np.ndarray,
    reference: Sequence[Turn],
    collar: float,
    scored: Sequence[Span] | None,
) -> np.ndarray:
    """Whether times (K,) count."""
    counts = np.ones(len(time), dtype=bool)
    if scored is not None:
        counts[:] = False
        for start, stop in scored:
            counts |= (time > start) & (time < stop)
    boundaries = np.sort(_boundaries(reference))
    if collar and len(boundaries):
        after = np.searchsorted(boundaries, time)
        nearest = np.stack([boundaries[after - 1], boundaries[after % len(boundaries)]])
        counts &= np.abs(nearest - time).min(0) > collar
    return counts


def _count_errors(
    spoken: np.ndarray, heard: np.ndarray, duration: np.ndarray
) -> DiarizationErrors:
    """Errors of who was heard (H, K) where (R, K) spoke for durations (K,) in s."""
    common = (spoken * duration) @ heard.T  # (R, H)
    rows, columns = linear_sum_assignment(common, maximize=True)
    truly = spoken.sum(0)
    said = heard.sum(0)
    right = common[rows, columns].sum()
    both = np.minimum(truly, said) @ duration
    own = spoken @ duration  # (R,)
    theirs = heard @ duration  # (H,)
    shared = common[rows, columns]
    union = own[rows] + theirs[columns] - shared
    likeness = shared[union > 0] / union[union > 0]
    present = int((own > 0).sum())
    return DiarizationErrors(
        speech=float(own.sum()),
        miss=float(np.maximum(truly - said, 0) @ duration),
        false_alarm=float(np.maximum(said - truly, 0) @ duration),
        confusion=float(both - right),
        jaccard=float(present - likeness.sum()),
        speakers=present,
        found=int((theirs > 0).sum()),
    )
