"""The table that ends a multirun, from what its runs wrote down."""

from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from records import finished

from auris.runs.multirun import note_run, print_table


@pytest.fixture
def hydra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DictConfig:
    """As much of Hydra's configuration as is read, after it was started in `tmp_path`."""
    (tmp_path / "sweep").mkdir()
    hydra = OmegaConf.create(
        {
            "mode": RunMode.MULTIRUN,
            "runtime": {"cwd": str(tmp_path)},
            "sweep": {"dir": "sweep"},
        }
    )
    monkeypatch.setattr(HydraConfig, "get", lambda: hydra)
    return hydra


def test_finished_runs_come_into_the_table(
    hydra: DictConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for model, value in [("mlp", 0.7), ("cnn", 0.9)]:
        finished(tmp_path / model, value, model=model)
        note_run(tmp_path / model)
    print_table(tmp_path / "sweep/runs.txt")
    tables = capsys.readouterr().out.strip().split("\n\n")
    for table, split in zip(tables, ("val", "test"), strict=True):
        head, _, *rows = table.splitlines()
        assert head.startswith(f"| configuration | folds x seeds | {split} accuracy |")
        assert [row.split("|")[1].strip() for row in rows] == ["birds cnn", "birds mlp"]


def test_a_single_run_has_no_table(
    hydra: DictConfig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    finished(tmp_path / "a", 0.7)
    hydra.mode = RunMode.RUN
    note_run(tmp_path / "a")
    assert not (tmp_path / "sweep/runs.txt").exists()
    hydra.mode = RunMode.MULTIRUN
    note_run(tmp_path / "a")
    print_table(tmp_path / "sweep/runs.txt")
    assert capsys.readouterr().out == ""
