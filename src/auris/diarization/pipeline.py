"""From a recording to who spoke when, stage by stage."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, NamedTuple, final

import numpy as np

from auris.core.errors import UserError
from auris.core.instantiate import Buildable
from auris.core.progress import track_progress
from auris.core.ranges import Range
from auris.core.warnings import warn_user
from auris.data import audio
from auris.data.turns import Span, Turn, merge_turns
from auris.diarization.clustering import Clusterer, speaker_means
from auris.diarization.embedding import Embedder, split_windows
from auris.diarization.recording import RATE, Recording
from auris.diarization.resegmentation import (
    FRAME,
    FrameSpeakers,
    Resegmenter,
    WindowScores,
)
from auris.diarization.speaker_count import CountEvidence, SpeakerCounter
from auris.diarization.speech import SpanRules, SpeechDetector
from auris.pretrained.card import read_card

_MAX_SPEAKERS = 20
_MIN_SPEECH = 0.2  # s


class Diarization(NamedTuple):
    """Who spoke when in a recording, and why that is said."""

    path: Path
    duration: float  # s
    turns: list[Turn]
    speech: list[Span]
    evidence: CountEvidence
    window: float  # s that were compared at once
    margins: list[float]  # of each turn: how much likelier its speaker is than the next
    is_plain: bool  # whether no stage knows voices
    weights: list[dict[str, Any]]  # of others, that were used


class SpeakerRange(NamedTuple):
    """How many speakers there may be."""

    lowest: int = 1
    highest: int = _MAX_SPEAKERS


_ANY_NUMBER = SpeakerRange()


@final
@dataclass(frozen=True)
class Diarizer(Buildable):
    """The stages, each of which can be replaced.

    Args:
        speech: when does anybody speak?
        spans: what makes spans of that.
        embedding: who, as vectors of windows.
        count: of how many speakers.
        clustering: which windows are one speaker's.
        resegmentation: when exactly the speaker changes.
        context: s on either side over which vectors are averaged before they are counted and
            clustered.
        max_gap: s of silence within a turn.
    """

    speech: SpeechDetector
    spans: SpanRules
    embedding: Embedder
    count: SpeakerCounter
    clustering: Clusterer
    resegmentation: Resegmenter
    context: Annotated[float, Range(0, 10)]
    max_gap: Annotated[float, Range(0, 60)]

    def __call__(self, path: Path, speakers: SpeakerRange = _ANY_NUMBER) -> Diarization:
        """Who spoke when. Raises `UserError` for a recording that can't be used, or is silent."""
        try:
            return self._diarize(Recording(path), speakers)
        except audio.Unusable as error:
            raise UserError(f"{path} can't be used: {error}.") from error

    def _diarize(self, recording: Recording, speakers: SpeakerRange) -> Diarization:
        _warn_of_header(recording)
        speech = self._find_speech(recording)  # spans
        middles = self.embedding.place_windows(speech)  # (N,)
        vectors = self._embed(recording, middles)  # (N, D)
        steady = average_neighbours(vectors, middles, self.context)  # (N, D)
        apart = keep_apart(middles, self.embedding.window / 2 + self.context / 2)
        evidence = self.count.count_speakers(steady[apart], *speakers)
        number = evidence.number
        labels = self.clustering.cluster(steady, number)  # (N,)
        scores = vectors @ speaker_means(vectors, labels, number).T  # (N, S)
        windows = WindowScores(middles, self.embedding.window, scores, labels)
        frames = self.resegmentation.assign_frames(windows, speech)  # (T',)
        turns = make_turns(frames, self.max_gap)
        return Diarization(
            recording.path,
            recording.duration,
            turns,
            speech,
            evidence,
            self.embedding.window,
            [measure_margin(frames, turn) for turn in turns],
            self.embedding.is_plain,
            self._list_weights(),
        )

    def _find_speech(self, recording: Recording) -> list[Span]:
        """The spans of speech. Raises `UserError` where there is none."""
        count = len(recording.block_times())
        blocks = track_progress(recording.blocks(), "Listening for speech", count)
        probability = self.speech.score_frames(blocks)
        spans = self.spans.find_spans(probability, self.speech, recording.duration)
        if sum(stop - start for start, stop in spans) < _MIN_SPEECH:
            raise UserError(
                f"Nobody speaks in {recording.path}: no speech was found in its "
                f"{recording.duration:.1f} s."
            )
        return spans

    def _embed(self, recording: Recording, middles: np.ndarray) -> np.ndarray:
        """A vector for each window: (N, D)."""
        return self.embedding.finish(
            np.concatenate(list(self._track_windows(recording, middles)))
        )

    def _track_windows(
        self, recording: Recording, middles: np.ndarray
    ) -> Iterator[np.ndarray]:
        parts = split_windows(middles)
        for part in track_progress(parts, "Comparing voices", len(parts)):
            yield self.embedding.embed_windows(recording, part)

    def _list_weights(self) -> list[dict[str, Any]]:
        """The weights of others that stages use."""
        names = (self.speech.weights, self.embedding.weights)
        return [read_card(name).to_record() for name in names if name]


def average_neighbours(
    vectors: np.ndarray, middles: np.ndarray, reach: float
) -> np.ndarray:
    """Vectors (N, D) of length 1: the mean directions of those no more than `reach` s away."""
    sums = np.cumsum(np.pad(vectors, ((1, 0), (0, 0))), axis=0, dtype=np.float64)
    first = np.searchsorted(middles, middles - reach - 1e-6)
    last = np.searchsorted(middles, middles + reach + 1e-6)
    near = sums[last] - sums[first]
    return near / np.linalg.norm(near, axis=1, keepdims=True).clip(1e-9)


def keep_apart(middles: np.ndarray, distance: float) -> np.ndarray:
    """Indices of windows round times (N,) in s that are `distance` s from each other at least.

    Windows that overlap are alike whoever speaks, and would be each other's nearest.
    """
    kept: list[int] = []
    for index, middle in enumerate(middles):
        if not kept or middle - middles[kept[-1]] >= distance - 1e-6:
            kept.append(index)
    return np.array(kept, dtype=int)


def make_turns(frames: FrameSpeakers, max_gap: float) -> list[Turn]:
    """Turns of frames; speakers are numbered in the order in which they first speak."""
    changes = np.diff(frames.speaker, prepend=-1) != 0
    pauses = np.diff(frames.time, prepend=-np.inf) > 1.5 * FRAME
    firsts = np.flatnonzero(changes | pauses)
    lasts = np.append(firsts[1:], len(frames.time)) - 1
    order = list(dict.fromkeys(frames.speaker.tolist()))
    turns = []
    for first, last in zip(firsts, lasts, strict=True):
        start = float(frames.time[first]) - FRAME / 2
        stop = float(frames.time[last]) + FRAME / 2
        number = order.index(int(frames.speaker[first])) + 1
        turns.append(Turn(start, stop, f"speaker{number}"))
    return merge_turns(turns, max_gap)


def measure_margin(frames: FrameSpeakers, turn: Turn) -> float:
    """How much better the speaker of a turn fits than the next one, 0 to 2; 2 where he is alone."""
    first, last = np.searchsorted(frames.time, turn[:2])
    scores = frames.scores[first:last]
    chosen = frames.speaker[first]
    if scores.shape[1] < 2 or not len(scores):
        return 2.0
    mean = scores.mean(0)
    others = np.delete(mean, chosen)
    return float(mean[chosen] - others.max())


def _warn_of_header(recording: Recording) -> None:
    """Say what makes the answer worse."""
    header = recording.header
    if header.truncated:
        warn_user(
            f"{recording.path} ends before its header says, as after a broken copy."
        )
    if header.samplerate < RATE:
        warn_user(
            f"{recording.path} is sampled at {header.samplerate} Hz; voices are told apart "
            f"better at {RATE} Hz or more."
        )
