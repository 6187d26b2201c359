"""The table that ends a sweep, from what its runs wrote down."""

from pathlib import Path

import pytest
from hydra.core.utils import JobReturn, JobStatus
from hydra.types import RunMode
from omegaconf import DictConfig, OmegaConf
from test_compare import finished

from auris.runs.folder import DECIDED
from auris.runs.multirun import Swept, notes, show


def hydra_config(folder: Path, mode: RunMode = RunMode.MULTIRUN) -> DictConfig:
    """As much of Hydra's configuration as a callback reads, after it was started in `folder`."""
    (folder / "sweep").mkdir(exist_ok=True)
    return OmegaConf.create(
        {"hydra": {"mode": mode, "runtime": {"cwd": str(folder)}, "sweep": {"dir": "sweep"}}}
    )


def end(config: DictConfig, status: JobStatus) -> None:
    job = JobReturn()
    job.status = status
    Swept().on_job_end(config=config, job_return=job)


def test_finished_runs_come_into_the_table_and_failed_ones_do_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = hydra_config(tmp_path)
    for model, value in [("mlp", 0.7), ("cnn", 0.9), ("knn", 0.8)]:
        finished(tmp_path / model, value, model=model)
        monkeypatch.setenv(DECIDED, str(tmp_path / model))
        end(config, JobStatus.FAILED if model == "knn" else JobStatus.COMPLETED)
    show(notes(config))
    table = capsys.readouterr().out.splitlines()
    assert table[1].startswith("| configuration | folds x seeds | test accuracy |")
    assert [line.split("|")[1].strip() for line in table[3:]] == ["birds cnn", "birds mlp"]


def test_a_single_run_has_no_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished(tmp_path / "a", 0.7)
    monkeypatch.setenv(DECIDED, str(tmp_path / "a"))
    end(hydra_config(tmp_path, mode=RunMode.RUN), JobStatus.COMPLETED)
    assert not notes(hydra_config(tmp_path)).exists()
    end(hydra_config(tmp_path), JobStatus.COMPLETED)
    show(notes(hydra_config(tmp_path)))
    assert capsys.readouterr().out == ""
