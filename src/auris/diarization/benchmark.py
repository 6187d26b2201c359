"""How wrong answers are on simulated meetings, whose truth is known."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import soundfile

from auris.core.files import content_digest, draft_of, write_atomically
from auris.core.progress import track_progress
from auris.data.rttm import format_rttm, turns_of
from auris.data.simulation.meetings import MeetingSimulator
from auris.data.turns import Turn, merge_turns
from auris.diarization.error_rate import (
    DiarizationErrors,
    add_errors,
    measure_errors,
)
from auris.diarization.pipeline import Diarization

_COLLAR = 0.25  # s, of the lenient figures, which leave out overlap too
_RESAMPLES = 1000
_LEVELS = (2.5, 97.5)  # percentiles of an interval

Answer = Callable[[Path], Sequence[Turn]]


class Scored(NamedTuple):
    """A recording and what is wrong with an answer to it."""

    strict: DiarizationErrors  # all of it
    lenient: DiarizationErrors  # without collars and overlap


class Estimate(NamedTuple):
    """A figure with its 95 % interval over recordings."""

    value: float
    low: float
    high: float


def write_meetings(
    simulator: MeetingSimulator, settings: dict[str, Any], count: int, root: Path
) -> list[Path]:
    """Simulate meetings where they are not there yet; each has its RTTM beside it."""
    digest = content_digest(json.dumps(settings, sort_keys=True).encode())[:12]
    paths = [root / digest / f"meeting_{index:03}.flac" for index in range(count)]
    numbered = track_progress(enumerate(paths), "Simulating meetings", count)
    for index, path in numbered:
        if not path.with_suffix(".rttm").is_file():
            _write_meeting(simulator, index, path)
    return paths


def _write_meeting(simulator: MeetingSimulator, index: int, path: Path) -> None:
    made = simulator.make_meeting(index)
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(path) as draft:
        soundfile.write(draft, made.wave, simulator.sample_rate, format="FLAC")
    text = format_rttm({path.stem: made.turns})
    write_atomically(path.with_suffix(".rttm"), text)


def score_answer(path: Path, turns: Sequence[Turn]) -> Scored:
    """What is wrong with an answer to a meeting with its RTTM beside it."""
    reference = turns_of(path.with_suffix(".rttm"), path.stem)
    strict = measure_errors(reference, turns)
    lenient = measure_errors(reference, turns, _COLLAR, overlap=False)
    return Scored(strict, lenient)


def always_one(found: Diarization) -> list[Turn]:
    """The plainest answer: where there is speech it is one person's."""
    return merge_turns([Turn(*span, "speaker1") for span in found.speech])


def estimate(
    errors: Sequence[DiarizationErrors],
    figure: Callable[[DiarizationErrors], float],
    seed: int = 0,
) -> Estimate:
    """A figure of all recordings together, with its interval: a bootstrap of recordings.

    Efron and Tibshirani (1993), An introduction to the bootstrap, section 13.3.
    """
    rng = np.random.default_rng(seed)
    table = np.array(errors)  # (recordings, fields)
    drawn = rng.integers(len(table), size=(_RESAMPLES, len(table)))
    sums = table[drawn].sum(1)
    figures = [figure(DiarizationErrors(*row)) for row in sums.tolist()]
    low, high = np.percentile(figures, _LEVELS)
    return Estimate(figure(add_errors(errors)), float(low), float(high))


def count_right(scores: Sequence[Scored]) -> int:
    """In how many recordings as many were found as there are."""
    return sum(score.strict.found == score.strict.speakers for score in scores)


FIGURES: dict[str, tuple[str, Callable[[DiarizationErrors], float]]] = {
    "DER": ("strict", lambda errors: errors.error_rate),
    "missed": ("strict", lambda errors: errors.miss / errors.speech),
    "false alarm": ("strict", lambda errors: errors.false_alarm / errors.speech),
    "confusion": ("strict", lambda errors: errors.confusion / errors.speech),
    "JER": ("strict", lambda errors: errors.jaccard_error_rate),
    "DER, lenient": ("lenient", lambda errors: errors.error_rate),
}


def tabulate_scores(scores: Sequence[Scored]) -> dict[str, Estimate]:
    """Each figure of one way of answering."""
    return {
        name: estimate([getattr(score, kind) for score in scores], figure)
        for name, (kind, figure) in FIGURES.items()
    }
