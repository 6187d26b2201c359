"""`latest` means the newest run below what stands before it, wherever a run is named."""

import os
from pathlib import Path

import pytest

from auris.core.errors import UserError
from auris.runs.find import find_runs
from auris.runs.folder import find_run, finished_run
from auris.runs.latest import resolve_latest

OLD = "2026-01-01_00-00-00"
NEW = "2026-01-02_00-00-00_fold2_seed7"


@pytest.fixture
def outputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two finished runs of a model, an unfinished one of another, and a trial of a sweep."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AURIS_OUTPUTS", "outputs")
    outputs = Path("outputs")
    for run in (f"birds/mlp/{NEW}", f"birds/mlp/{OLD}"):
        begin(outputs / run)
        (outputs / run / "model.pt").touch()
    begin(outputs / "frogs/cnn/2026-01-03_00-00-00")
    begin(outputs / "sweeps/a/runs/birds/mlp/2026-09-09_00-00-00")
    return outputs


def begin(run: Path) -> None:
    run.mkdir(parents=True)
    (run / "config.yaml").write_text("data: {}\n")


@pytest.mark.parametrize(
    ("typed", "run"),
    [
        ("outputs/birds/mlp/latest", f"birds/mlp/{NEW}"),
        ("outputs/birds/latest", f"birds/mlp/{NEW}"),
        ("outputs/birds/mlp/latest/model.onnx", f"birds/mlp/{NEW}/model.onnx"),
        ("outputs/latest", "frogs/cnn/2026-01-03_00-00-00"),
        ("latest", "frogs/cnn/2026-01-03_00-00-00"),
        (f"outputs/birds/mlp/{OLD}", f"birds/mlp/{OLD}"),
        (
            "outputs/sweeps/a/runs/latest",
            "sweeps/a/runs/birds/mlp/2026-09-09_00-00-00",
        ),
    ],
)
def test_it_is_the_newest_run_there(outputs: Path, typed: str, run: str) -> None:
    assert resolve_latest(typed) == outputs / run


def test_a_link_of_earlier_runs_is_not_followed(outputs: Path) -> None:
    link = outputs / "birds/mlp/latest"
    link.symlink_to(OLD)
    assert find_run(str(link)).name == NEW


def test_a_folder_of_that_name_is_itself(outputs: Path) -> None:
    copy = outputs / "birds/mlp/latest"
    (outputs / "birds/mlp" / OLD).rename(copy)
    assert find_run(str(copy)) == copy.resolve()


def test_names_without_a_time_are_told_apart_by_their_files(tmp_path: Path) -> None:
    for age, name in enumerate(["a", "c", "b"]):
        begin(tmp_path / name)
        os.utime(tmp_path / name / "config.yaml", (age, age))
    assert resolve_latest(tmp_path / "latest") == tmp_path / "b"


def test_without_a_run_those_that_are_there_are_named(outputs: Path) -> None:
    with pytest.raises(UserError, match="There is no run below outputs/dogs"):
        find_run("outputs/dogs/latest")
    with pytest.raises(UserError, match="here: outputs/birds/mlp/latest, outputs/frog"):
        find_run("outputs/birds")


def test_an_unfinished_run_is_named_with_the_newest_that_is_finished(
    outputs: Path,
) -> None:
    begin(outputs / "birds/mlp/2026-01-04_00-00-00")
    said = "run in outputs/birds/mlp/2026-01-04_00-00-00 is not .* finished one is outputs/"
    with pytest.raises(UserError, match=f"{said}birds/mlp/{NEW}"):
        finished_run("outputs/birds/latest")


def test_only_that_run_is_compared(outputs: Path) -> None:
    with pytest.raises(UserError, match="no finished run in outputs/birds/latest"):
        find_runs(["outputs/birds/latest"])
