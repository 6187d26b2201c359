"""Labels that are no classes are named before they are learnt."""

from pathlib import Path

import pytest

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.tasks.classification.targets import LabelTargets


def check(*labels: str) -> None:
    clips = [Clip(Path(f"{i}.wav"), label, str(i)) for i, label in enumerate(labels)]
    LabelTargets().check_clips(clips)


@pytest.mark.parametrize("both", ["dog|rain", "dog | rain", "rain;dog", "dog, rain"])
def test_several_labels_in_one_are_named(both: str) -> None:
    with pytest.raises(
        UserError, match="look like several .* choose task=tagging"
    ) as no:
        check("dog", both, "cat", both)
    assert str(no.value).startswith(f"{both} look like")


def test_several_labels_need_not_stand_alone() -> None:
    with pytest.raises(UserError, match="dog|rain, rain|cat look like"):
        check("dog|rain", "rain|cat")


def test_a_comma_may_be_part_of_a_name() -> None:
    check("saw, old", "hammer, new", "a/b", "speed|low")


@pytest.mark.parametrize("point", [".", ","])
def test_measured_values_are_named(point: str) -> None:
    values = "(0.0, 0.1, 0.2 and 27 more)".replace("0.", f"0{point}")
    with pytest.raises(UserError, match="choose task=regression") as no:
        check(*(f"{0.1 * i:.1f}".replace(".", point) for i in range(30)))
    assert f"The labels are 30 different numbers {values}" in str(no.value)


def test_levels_in_whole_numbers_are_values_where_each_is_alone() -> None:
    with pytest.raises(UserError, match="choose task=regression"):
        check(*map(str, range(100)))


def test_numbers_may_be_names() -> None:
    check(*(2 * [str(speaker) for speaker in range(200)]))
    check(*(f"{speed}.5" for speed in range(5)))


def test_a_clip_without_a_label_is_refused() -> None:
    with pytest.raises(UserError, match=r"1.wav: label must be given"):
        check("dog", "")
