"""Labels that are no classes are named before they are learnt."""

from pathlib import Path

import pytest

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.tasks.classification import targets
from auris.tasks.classification.targets import LabelTargets


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings since the test began."""
    sentences: list[str] = []
    monkeypatch.setattr(targets, "warn_user", sentences.append)
    return sentences


def check(*labels: str) -> None:
    clips = [Clip(Path(f"{i}.wav"), label, str(i)) for i, label in enumerate(labels)]
    LabelTargets().check_clips(clips)


@pytest.mark.parametrize("both", ["dog|rain", "dog | rain", "rain;dog", "dog, rain"])
def test_several_labels_in_one_are_named(said: list[str], both: str) -> None:
    check("dog", both, "cat", both)
    (sentence,) = said
    assert f"Each of {both} is taken for a class of its own" in sentence


def test_several_labels_need_not_stand_alone(said: list[str]) -> None:
    check("dog|rain", "rain|cat")
    assert "dog|rain, rain|cat" in said[0]


def test_a_comma_may_be_part_of_a_name(said: list[str]) -> None:
    check("saw, old", "hammer, new", "a/b", "speed|low")
    assert said == []


@pytest.mark.parametrize("point", [".", ","])
def test_measured_values_are_named(said: list[str], point: str) -> None:
    check(*(f"{0.1 * i:.1f}".replace(".", point) for i in range(30)))
    (sentence,) = said
    values = "(0.0, 0.1, 0.2 and 27 more)".replace("0.", f"0{point}")
    assert f"The labels are 30 different numbers {values}" in sentence


def test_levels_in_whole_numbers_are_values_where_each_is_alone(
    said: list[str],
) -> None:
    check(*map(str, range(100)))
    assert len(said) == 1


def test_numbers_may_be_names(said: list[str]) -> None:
    check(*(2 * [str(speaker) for speaker in range(200)]))
    check(*(f"{speed}.5" for speed in range(5)))
    assert said == []


def test_a_clip_without_a_label_is_refused() -> None:
    with pytest.raises(UserError, match=r"1.wav has no label; give it one"):
        check("dog", "")
