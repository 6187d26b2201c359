"""Simulated meetings follow their laws, and their references are exact."""

from pathlib import Path

import numpy as np
import pytest
from conftest import noise, write
from meetings import simulate

from auris.core.errors import UserError
from auris.data.simulation.talkers import (
    RecordedTalker,
    draw_talkers,
    find_speech,
    list_voices,
)
from auris.data.simulation.turn_taking import TurnLaws
from auris.data.turns import merge_spans

RATE = 16000  # Hz


def laws(overlap: float, backchannels: float = 0.0) -> TurnLaws:
    return TurnLaws(4.0, 0.5, 0.5, overlap, backchannels, (0.3, 0.8), 0.5)


def overlap_of(plans: list[tuple[float, float, int]]) -> float:
    """The fraction of the time in which two talk at once."""
    spans = [(start, start + seconds) for start, seconds, _ in plans]
    spoken = sum(stop - start for start, stop in spans)
    covered = sum(stop - start for start, stop in merge_spans(spans))
    return (spoken - covered) / max(stop for _, stop in spans)


@pytest.mark.parametrize("wanted", [0.0, 0.1, 0.2])
def test_there_is_as_much_overlap_as_was_asked_for(wanted: float) -> None:
    plans = laws(wanted).draw_plans(np.random.default_rng(0), 4, 1200.0)
    assert overlap_of(plans) == pytest.approx(wanted, abs=0.02)
    assert {plan.speaker for plan in plans} == {0, 1, 2, 3}
    assert max(plan.start + plan.seconds for plan in plans) <= 1200


def test_turns_have_the_median_of_their_law() -> None:
    plans = laws(0.0).draw_plans(np.random.default_rng(0), 3, 3600.0)
    assert np.median([plan.seconds for plan in plans]) == pytest.approx(4.0, rel=0.1)
    turns = zip(plans, plans[1:], strict=False)
    assert all(plan.speaker != after.speaker for plan, after in turns)


def test_backchannels_are_short_and_within_the_turns_of_others() -> None:
    plans = laws(0.0, 6.0).draw_plans(np.random.default_rng(0), 3, 1200.0)
    words = [plan for plan in plans if plan.seconds < 0.7]
    assert 60 < len(words) < 180
    for word in words:
        around = [
            plan
            for plan in plans
            if plan.start <= word.start
            and plan.start + plan.seconds >= word.start + word.seconds
        ]
        assert any(plan.speaker != word.speaker for plan in around)


def test_one_speaker_alone_is_a_meeting() -> None:
    plans = laws(0.1, 3.0).draw_plans(np.random.default_rng(0), 1, 60.0)
    assert {plan.speaker for plan in plans} == {0} and overlap_of(plans) < 0.2


def test_there_is_sound_where_the_reference_says_so() -> None:
    made = simulate(3, 30.0, seed=1)
    spoken = np.zeros(len(made.wave), dtype=bool)
    for start, stop, _ in made.turns:
        spoken[round(start * RATE) : round(stop * RATE)] = True
    power = np.square(made.wave)
    assert np.abs(made.wave).max() == pytest.approx(0.9)
    assert power[spoken].mean() > 100 * np.median(power[~spoken])


def test_a_meeting_is_the_same_each_time_and_another_with_another_seed() -> None:
    one, same, other = (simulate(2, 8.0, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.wave, same.wave) and one.turns == same.turns
    assert not np.array_equal(one.wave, other.wave)


def test_speech_is_found_between_pauses() -> None:
    wave = 0.001 * noise(0, 3.0, RATE)
    wave[RATE : 2 * RATE] += noise(1, 1.0, RATE)
    edges = np.flatnonzero(np.diff(find_speech(wave, RATE))) / RATE
    assert edges == pytest.approx([1.0, 2.0], abs=0.03)


def fill_voices(root: Path, speakers: int) -> Path:
    for speaker in range(speakers):
        for number in range(2):
            wave = noise(10 * speaker + number, 1.0, RATE)
            write(root / f"s{speaker}" / f"{number}.wav", wave, RATE)
    return root


def test_no_voice_is_in_two_sets(tmp_path: Path) -> None:
    root = str(fill_voices(tmp_path, 10))
    sets = [set(list_voices(root, split)) for split in ("train", "val", "test")]
    assert [len(names) for names in sets] == [6, 2, 2]
    assert len(set.union(*sets)) == 10


def test_a_recorded_voice_goes_on_where_it_ended(tmp_path: Path) -> None:
    (paths, *_) = list_voices(str(fill_voices(tmp_path, 10)), "train").values()
    rng = np.random.default_rng(0)
    apart = RecordedTalker("a", paths, np.random.default_rng(0))
    at_once = RecordedTalker("a", paths, np.random.default_rng(0))
    parts = [apart.say(rng, 0.7, RATE).wave for _ in range(4)]
    assert np.allclose(np.concatenate(parts), at_once.say(rng, 2.8, RATE).wave)


def test_what_is_wrong_with_voices_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="has 0 speakers for test"):
        list_voices(str(tmp_path / "none"), "test")
    voices = list_voices(str(fill_voices(tmp_path, 10)), "test")
    with pytest.raises(UserError, match="A meeting of 5 needs as many voices"):
        draw_talkers(voices, 5, np.random.default_rng(0))
