"""Few labels: as many as were asked for, of many groups, and the others are only taken away."""

from collections import Counter
from pathlib import Path

import pytest
from conftest import call
from labelled import data
from running import TINY, experiment, here

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.few_labels import hide_labels
from auris.data.sources.folder import Folder
from auris.training.run import train

CLIPS = [
    Clip(Path(f"{label}{at}.wav"), label, f"{label}{at // 4}")
    for label in ("cat", "dog")
    for at in range(16)
]
SPLITS = ["train"] * 12 + ["val"] * 4 + ["train"] * 12 + ["test"] * 4


def keep(labelled: int, seed: int = 0) -> list[int]:
    """Which clips keep their labels."""
    hidden = hide_labels(SPLITS, CLIPS, labelled, seed)
    assert Counter(hidden)["unlabelled"] == 24 - 2 * labelled
    both = zip(SPLITS, hidden, strict=True)
    assert all(old == new for old, new in both if old != "train")
    return [at for at, split in enumerate(hidden) if split == "train"]


@pytest.mark.parametrize("labelled", [1, 3, 4, 12])
def test_each_class_keeps_as_many_of_as_many_groups_as_can_be(labelled: int) -> None:
    kept = keep(labelled)
    assert Counter(CLIPS[at].label for at in kept) == {"cat": labelled, "dog": labelled}
    groups = {CLIPS[at].group for at in kept}
    assert len(groups) == 2 * min(labelled, 3)


def test_fewer_labels_are_a_part_of_more_and_another_seed_draws_others() -> None:
    assert set(keep(2)) < set(keep(5)) < set(keep(12))
    assert keep(3) == keep(3) != keep(3, seed=1)


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(
        UserError, match="13 is more than the 12 training recordings of"
    ):
        hide_labels(SPLITS, CLIPS, 13, 0)


def test_a_data_set_keeps_its_test_set_and_is_another(
    folder: Path, tmp_path: Path
) -> None:
    source = Folder(str(folder))
    every = data(source, tmp_path / "store")
    few = data(source, tmp_path / "store", labelled=2)
    assert Counter(clip.split for clip in few.clips) == {
        "train": 4,
        "unlabelled": 8,
        "val": 4,
        "test": 4,
    }
    assert few.test_set == every.test_set and few.fingerprint != every.fingerprint
    assert few.spec.class_counts == (2, 2)
    labels = {few.clips[at].clip.label for at in few.indices("unlabelled").tolist()}
    assert labels == {"hiss", "tone"}


def test_only_what_has_a_label_trains(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("data=folder", *here(tmp_path), *TINY, "data.labelled=2", "model=knn")
    run = train(experiment(*words))
    assert len(run.fitted.system.model.seen) == 4
    assert "4 train, 4 val, 4 test, 8 unlabelled" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words, sentence",
    [
        (("data.labelled=0",), "data.labelled=0 should be a whole number from 1"),
        (("data.labelled=7",), "more than the 6 training recordings of class hiss"),
        (("data.labelled=2", "refit=true"), "choose refit=false"),
        (("data.labelled=2", "model=kmeans"), "this task does not learn them"),
        (("data.labelled=many",), "data.labelled"),
    ],
)
def test_nonsense_is_refused(
    folder: Path, tmp_path: Path, words: tuple[str, ...], sentence: str
) -> None:
    done = call("train.py", "data=folder", *here(tmp_path), *TINY, *words, cwd=tmp_path)
    assert done.returncode == 1 and sentence in done.stderr
    assert "Traceback" not in done.stderr
