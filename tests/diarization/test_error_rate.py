"""Error rates are those of pyannote.metrics, on random turns and on real meetings."""

import warnings
from pathlib import Path

import numpy as np
import pytest
from pyannote.core import Annotation, Segment, Timeline
from pyannote.metrics.diarization import DiarizationErrorRate, JaccardErrorRate

from auris.data.rttm import read_rttm
from auris.data.turns import Span, Turn, merge_turns
from auris.diarization.error_rate import (
    DiarizationErrors,
    add_errors,
    measure_errors,
)

SETTINGS = [(0.0, True), (0.25, True), (0.0, False), (0.25, False)]
NAMES = (("speech", "total"), ("miss", "missed detection"))
NAMES += (("false_alarm", "false alarm"), ("confusion", "confusion"))


def random_turns(seed: int, speakers: int, count: int = 30) -> list[Turn]:
    rng = np.random.default_rng(seed)
    start = rng.uniform(0, 60, count)
    stop = start + rng.exponential(2, count)
    who = rng.integers(speakers, size=count)
    turns = zip(start.tolist(), stop.tolist(), (f"S{i}" for i in who), strict=True)
    return merge_turns([Turn(*turn) for turn in turns])


def annotation(turns: list[Turn]) -> Annotation:
    made = Annotation()
    for number, (start, stop, speaker) in enumerate(turns):
        made[Segment(start, stop), number] = speaker
    return made


def compare(
    reference: list[Turn],
    answer: list[Turn],
    collar: float,
    overlap: bool,
    scored: list[Span] | None = None,
) -> None:
    """Hold all figures against pyannote's, whose collar is the sum of both sides."""
    ours = measure_errors(reference, answer, collar, overlap, scored)
    sides = annotation(reference), annotation(answer)
    uem = Timeline([Segment(*span) for span in scored]) if scored else None
    options = {"collar": 2 * collar, "skip_overlap": not overlap}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = DiarizationErrorRate(**options)(*sides, uem=uem, detailed=True)
        jaccard = JaccardErrorRate(**options)(*sides, uem=uem)
    for name, other in NAMES:
        assert getattr(ours, name) == pytest.approx(theirs[other], abs=1e-6), name
    rate = theirs["diarization error rate"]
    assert ours.error_rate == pytest.approx(rate, abs=1e-6)
    assert ours.jaccard_error_rate == pytest.approx(jaccard, abs=1e-6)


@pytest.mark.parametrize(("collar", "overlap"), SETTINGS)
@pytest.mark.parametrize("seed", range(6))
def test_random_turns(seed: int, collar: float, overlap: bool) -> None:
    reference = random_turns(seed, 2 + seed % 3)
    compare(reference, random_turns(100 + seed, 1 + seed), collar, overlap)


def test_what_is_not_scored_does_not_count() -> None:
    scored = [(3.0, 20.0), (25.5, 40.0)]
    compare(random_turns(1, 3), random_turns(2, 2), 0.1, True, scored)


@pytest.mark.parametrize(("collar", "overlap"), SETTINGS)
def test_real_meetings(real: Path, collar: float, overlap: bool) -> None:
    rng = np.random.default_rng(0)
    for reference in read_rttm(real / "meetings/debug.train.rttm").values():
        compare(reference, move_turns(reference, rng), collar, overlap)
        compare(reference, [Turn(0.0, 30.0, "all")], collar, overlap)


def move_turns(turns: list[Turn], rng: np.random.Generator) -> list[Turn]:
    """Turns that begin and end elsewhere, by so much that no two mappings are equally good."""
    moved = []
    for start, stop, speaker in turns:
        late, long = rng.uniform(0, 0.3, 2).tolist()
        moved.append(Turn(start + late, stop + long, f"{speaker}?"))
    return merge_turns(moved)


def test_the_figures_of_a_known_case() -> None:
    reference = [Turn(0, 10, "A"), Turn(10, 20, "B")]
    answer = [Turn(0, 12, "x"), Turn(12, 19, "y"), Turn(22, 23, "z")]
    errors = measure_errors(reference, answer)
    assert errors[:4] == pytest.approx((20, 1, 1, 2))
    assert errors.error_rate == pytest.approx(4 / 20)
    assert errors.jaccard_error_rate == pytest.approx((2 / 12 + 3 / 10) / 2)
    assert (errors.speakers, errors.found) == (2, 3)


def test_nothing_said_and_nothing_heard() -> None:
    turns = [Turn(0, 1, "A")]
    assert measure_errors([], []).error_rate == 0
    assert measure_errors([], turns).error_rate == 1
    assert measure_errors(turns, []).error_rate == 1
    assert measure_errors(turns, []).jaccard_error_rate == 1


def test_errors_of_recordings_add_up() -> None:
    one = DiarizationErrors(10, 1, 0, 1, 0.5, 2, 2)
    two = DiarizationErrors(30, 0, 2, 0, 0.1, 1, 2)
    assert add_errors([one, two]).error_rate == pytest.approx(4 / 40)
