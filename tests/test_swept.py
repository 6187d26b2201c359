"""The table that ends a sweep, from what its runs wrote down."""

from pathlib import Path

import pytest
from hydra.core.hydra_config import HydraConfig
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from test_compare import finished

from auris.runs import multirun
from auris.runs.multirun import note_run, show


@pytest.fixture
def hydra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DictConfig:
    """As much of Hydra's configuration as is read, of a sweep that was started in `tmp_path`."""
    (tmp_path / "sweep").mkdir()
    values = {
        "mode": RunMode.MULTIRUN,
        "runtime": {"cwd": str(tmp_path)},
        "sweep": {"dir": "sweep"},
    }
    config = OmegaConf.create(values)
    monkeypatch.setattr(HydraConfig, "get", lambda: config)
    return config


def test_finished_runs_come_into_the_table(
    tmp_path: Path, hydra: DictConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    for model, value in [("mlp", 0.7), ("cnn", 0.9)]:
        finished(tmp_path / model, value, model=model)
        note_run(tmp_path / model)
    show(multirun._notes(hydra))
    table = capsys.readouterr().out.splitlines()
    assert table[1].startswith("| configuration | folds x seeds | test accuracy |")
    assert [line.split("|")[1].strip() for line in table[3:]] == [
        "birds cnn",
        "birds mlp",
    ]


def test_a_single_run_has_no_table(
    tmp_path: Path, hydra: DictConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    finished(tmp_path / "a", 0.7)
    hydra.mode = RunMode.RUN
    note_run(tmp_path / "a")
    assert not multirun._notes(hydra).exists()
    hydra.mode = RunMode.MULTIRUN
    note_run(tmp_path / "a")
    show(multirun._notes(hydra))
    assert capsys.readouterr().out == ""
