"""The test ledger: what counts as the same test set, and openings that nothing can lose."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import noise, write
from labelled import data
from running import configured

from auris.core.instantiate import to_plain
from auris.data.sources.folder import Folder
from auris.runs.data_names import claim_name
from auris.runs.folder import LEDGER
from auris.runs.ledger import (
    accesses_to,
    record_access,
    record_result,
    summarize_accesses,
)


def dataset(test_set: str, fold: int) -> Any:
    """As much of a data set as the ledger reads."""
    return SimpleNamespace(test_set=test_set, settings=SimpleNamespace(fold=fold))


OF_A = dataset("a", 1)


def opened(
    outputs: Path, *words: str, of: Any = OF_A, value: float | None = None
) -> None:
    """What a run with these settings leaves in the ledger; without a value it was killed."""
    settings = to_plain(configured("data=folder", "data.root=here", *words))
    folder = outputs / "birds" / settings["choices"]["model"] / "now"
    claim_name(outputs / "birds", "/birds")
    access = record_access(folder, "birds", settings, of)
    if value is not None:
        record_result(
            outputs, access, {"accuracy": {"value": value}, "auroc": {"value": 0.0}}
        )


def test_openings_of_one_test_set_are_told_with_what_came_out(tmp_path: Path) -> None:
    opened(tmp_path, value=0.5)
    opened(tmp_path, of=dataset("b", 2), value=0.75)
    opened(tmp_path, "model=cnn")
    first, second = accesses_to(tmp_path, "a")
    assert (first.run, first.metric, first.value) == ("birds/mlp/now", "accuracy", 0.5)
    assert (second.run, second.metric, second.value) == ("birds/cnn/now", None, None)
    assert [access.fold for access in accesses_to(tmp_path, "b")] == [
        2
    ] and accesses_to(tmp_path, "c") == []


def test_seeds_and_folds_are_of_one_configuration(tmp_path: Path) -> None:
    opened(tmp_path)
    assert summarize_accesses(accesses_to(tmp_path, "a")) == ""
    opened(tmp_path, "seed=2", "data.fold=3")
    assert (
        summarize_accesses(accesses_to(tmp_path, "a"))
        == "This test set has been looked at 2 times, by one configuration."
    )
    opened(tmp_path, "logger=csv", "report=false", "+callbacks.rich._target_=x.Rich")
    assert "3 times, by one" in summarize_accesses(accesses_to(tmp_path, "a"))
    opened(tmp_path, "optimizer.lr=0.1")
    assert summarize_accesses(accesses_to(tmp_path, "a")).startswith(
        "This test set has been looked at 4 times, by 2 configurations; the best"
    )


def test_a_run_that_was_moved_away_has_a_ledger_of_its_own(tmp_path: Path) -> None:
    settings = to_plain(configured("data=folder", "data.root=here"))
    record_access(tmp_path, "birds", settings, OF_A)
    assert [access.run for access in accesses_to(tmp_path, "a")] == ["."]


def test_a_line_that_was_cut_loses_nothing_else(tmp_path: Path) -> None:
    opened(tmp_path)
    with (tmp_path / LEDGER).open("a") as file:
        file.write('{"key": "1", "ti')
    opened(tmp_path, value=1.0)
    assert [access.value for access in accesses_to(tmp_path, "a")] == [None, 1.0]


def test_runs_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    settings = to_plain(configured("data=folder", "data.root=here"))
    claim_name(tmp_path / "birds", "/birds")
    folder = tmp_path / "birds/mlp/now"
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(
                lambda fold: record_access(
                    folder, "birds", settings, dataset("a", fold)
                ),
                range(40),
            )
        )
    assert sorted(access.fold for access in accesses_to(tmp_path, "a")) == list(
        range(40)
    )


def test_what_is_made_of_the_clips_leaves_the_test_set_what_it_is(
    folder: Path, tmp_path: Path
) -> None:
    def test_set(root: Path = folder, **changes: object) -> str:
        return data(Folder(str(root)), tmp_path / "store", **changes).test_set

    before = test_set()
    assert test_set(sample_rate=4000, duration=0.2, batch_size=7) == before
    assert test_set(fold=2) != before
    moved = folder.rename(tmp_path / "moved")
    assert test_set(moved) == before
    (moved / "tone").rename(moved / "whistle")
    assert test_set(moved) != before


@pytest.mark.parametrize("name, same", [("train", True), ("test", False)])
def test_other_training_clips_are_no_other_test_set(
    name: str, same: bool, folder: Path, tmp_path: Path
) -> None:
    usual = data(Folder(str(folder)), tmp_path / "store")
    before, clip = (
        usual.test_set,
        next(clip for clip, own, _ in usual.clips if own == name),
    )
    write(clip.path, noise(1000))
    assert (data(Folder(str(folder)), tmp_path / "store").test_set == before) is same
