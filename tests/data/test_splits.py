"""Three splits that share nothing, whichever way they are drawn."""

from collections import Counter
from pathlib import Path

import pytest

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.splits import check_complete, check_disjoint, split_clips
from auris.data.tables import read_table


def clip(number: int, label: str = "cat", **facts: str | int) -> Clip:
    return Clip(Path(f"{number}.wav"), label, **{"group": f"group {number}", **facts})


def folded(*folds: int) -> list[Clip]:
    return [clip(i, fold=fold) for i, fold in enumerate(folds)]


def in_column(*names: str | None) -> list[Clip]:
    return [clip(i, split=name) for i, name in enumerate(names)]


def plain(each: int = 20, takes: int = 1) -> list[Clip]:
    """Clips of two classes, one three times as frequent, `takes` of each recording."""
    labels = ["cat"] * each + ["dog"] * 3 * each
    return [
        clip(i * takes + k, label, group=f"{label} {i}")
        for i, label in enumerate(labels)
        for k in range(takes)
    ]


@pytest.mark.parametrize(
    ("fold", "splits"),
    [
        (1, ["test", "val", "train", "train", "train", "test"]),
        (4, ["train", "train", "train", "test", "val", "train"]),
        (5, ["val", "train", "train", "train", "test", "val"]),
    ],
)
def test_fold_tests_and_the_next_one_validates(fold: int, splits: list[str]) -> None:
    assert split_clips(folded(1, 2, 3, 4, 5, 1), fold, folds=5, seed=0) == splits


def test_folds_may_have_gaps() -> None:
    assert split_clips(folded(0, 3, 7), fold=7, folds=5, seed=0) == [
        "val",
        "train",
        "test",
    ]


def test_unknown_fold_is_refused() -> None:
    with pytest.raises(
        UserError, match="data.fold=6 does not exist; this data has folds 1, 2, 3"
    ):
        split_clips(folded(1, 2, 3), fold=6, folds=5, seed=0)


def test_fewer_than_three_folds_are_refused() -> None:
    with pytest.raises(UserError, match="has 2 folds; 3 or more"):
        split_clips(folded(1, 2, 2), fold=1, folds=5, seed=0)


def test_folds_of_some_clips_only_are_refused() -> None:
    with pytest.raises(UserError, match="9.wav has no fold"):
        split_clips([*folded(1, 2, 3), clip(9)], fold=1, folds=5, seed=0)


def test_official_folds_come_before_a_split_column() -> None:
    clips = [clip(i, fold=i + 1, split="train") for i in range(3)]
    assert split_clips(clips, fold=2, folds=5, seed=0) == ["train", "test", "val"]


def test_split_column_is_taken_as_it_is() -> None:
    assert split_clips(in_column("test", "train", "val"), fold=1, folds=5, seed=0) == [
        "test",
        "train",
        "val",
    ]


def test_split_column_of_some_clips_only_is_refused() -> None:
    with pytest.raises(UserError, match="1.wav has an empty split"):
        split_clips(in_column("train", None, "test", "val"), fold=1, folds=5, seed=0)


def test_split_column_without_val_draws_it_from_train() -> None:
    clips = in_column(*20 * ["train"], *5 * ["test"])
    splits = split_clips(clips, fold=1, folds=5, seed=0)
    assert Counter(splits) == {"train": 16, "val": 4, "test": 5}
    assert splits[20:] == 5 * ["test"]
    assert splits != split_clips(clips, fold=1, folds=5, seed=1)


def test_split_column_without_train_has_nothing_to_draw_val_from() -> None:
    assert split_clips(in_column("test", "test"), fold=1, folds=5, seed=0) == [
        "test",
        "test",
    ]


def test_drawn_folds_are_stratified() -> None:
    clips = plain()
    for fold in range(1, 6):
        splits = split_clips(clips, fold, folds=5, seed=0)
        sizes = Counter(zip(splits, (clip.label for clip in clips), strict=True))
        assert sizes == {
            ("train", "cat"): 12,
            ("train", "dog"): 36,
            ("val", "cat"): 4,
            ("val", "dog"): 12,
            ("test", "cat"): 4,
            ("test", "dog"): 12,
        }


def test_drawn_folds_test_every_clip_once() -> None:
    tested = [split_clips(plain(), fold, folds=5, seed=0) for fold in range(1, 6)]
    assert all(
        splits.count("test") == 1 and splits.count("val") == 1
        for splits in zip(*tested, strict=True)
    )


def test_drawn_folds_keep_groups_whole() -> None:
    clips = plain(takes=3)
    splits = split_clips(clips, fold=1, folds=5, seed=0)
    assert len(set(zip((clip.group for clip in clips), splits, strict=True))) == len(
        {clip.group for clip in clips}
    )
    assert set(splits) == {"train", "val", "test"}


def test_drawn_folds_follow_the_seed_alone() -> None:
    assert (
        split_clips(plain(), 1, 5, seed=3)
        == split_clips(plain(), 1, 5, seed=3)
        != split_clips(plain(), 1, 5, seed=4)
    )


def test_number_of_folds_decides_the_share() -> None:
    assert Counter(split_clips(plain(), fold=1, folds=4, seed=0)) == {
        "train": 40,
        "val": 20,
        "test": 20,
    }


@pytest.mark.parametrize(
    ("clips", "folds"),
    [(plain(4), 5), (plain(4, takes=9), 5), (plain(), 2), (plain(), 21)],
)
def test_too_few_recordings_for_the_folds_are_refused(
    clips: list[Clip], folds: int
) -> None:
    with pytest.raises(
        UserError, match=f"data.folds={folds} folds can't be drawn: class cat has"
    ):
        split_clips(clips, fold=1, folds=folds, seed=0)


def test_drawn_folds_know_their_numbers() -> None:
    with pytest.raises(
        UserError, match="data.fold=6 does not exist; this data has folds 1, 2, 3, 4, 5"
    ):
        split_clips(plain(), fold=6, folds=5, seed=0)


def test_group_in_two_sets_stops_the_run() -> None:
    clips = [clip(0, group="tom"), clip(1, group="tom")]
    check_disjoint(["train", "train"], clips, [["a"], ["b"]])
    with pytest.raises(
        UserError,
        match=r"overlap: group tom is in train \(0.wav\) and in test \(1.wav\)",
    ):
        check_disjoint(["train", "test"], clips, [["a"], ["b"]])


def test_same_audio_in_two_sets_stops_the_run() -> None:
    clips = [clip(0), clip(1)]
    check_disjoint(["val", "val"], clips, [["a", "b"], ["c", "b"]])
    with pytest.raises(
        UserError, match="overlap: 0.wav in val and 1.wav in train hold the same audio"
    ):
        check_disjoint(["val", "train"], clips, [["a", "b"], ["c", "b"]])


@pytest.mark.parametrize("name", ["train", "val", "test"])
def test_empty_set_is_refused(name: str) -> None:
    splits = [other for other in ("train", "val", "test") if other != name]
    with pytest.raises(UserError, match=f"The {name} set is empty"):
        check_complete(splits, ["cat", "cat"])


def test_class_that_is_never_taught_is_refused() -> None:
    check_complete(["train", "train", "val", "test"], ["cat", "dog", "cat", "dog"])
    with pytest.raises(UserError, match="No clip of class dog is in the training set"):
        check_complete(["train", "val", "test", "test"], ["cat", "cat", "cat", "dog"])


@pytest.mark.parametrize(
    ("name", "each", "classes"), [("cats_babies", 16, 2), ("esc10", 80, 10)]
)
def test_official_folds_of_the_real_recordings_are_even_and_disjoint(
    real: Path, name: str, each: int, classes: int
) -> None:
    clips = read_table(real / name / "clips.csv")
    assert len({clip.label for clip in clips}) == classes
    for fold in range(1, 6):
        splits = split_clips(clips, fold, folds=5, seed=0)
        assert Counter(splits) == {"train": 3 * each, "val": each, "test": each}
        check_disjoint(splits, clips, [[str(clip.path)] for clip in clips])
        check_complete(splits, [clip.label for clip in clips])
