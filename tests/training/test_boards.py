"""Services that show runs beside each other get curves, settings, pictures, sounds and results."""

from pathlib import Path

import pytest
from running import TINY, experiment, here

from auris.core import packages
from auris.core.errors import UserError
from auris.training.run import train

WORDS = [word for word in TINY if word not in ("logger=csv", "test=false")]


def run(place: Path, *words: str) -> Path:
    """The folder of a run that tested."""
    choice = experiment(
        "data=folder", *here(place), *WORDS, "test=true", "model=linear", *words
    )
    return train(choice).folder


def test_wandb_keeps_everything_of_a_run_offline(folder: Path, tmp_path: Path) -> None:
    done = run(tmp_path, "logger=wandb", "logger.wandb.offline=true")
    (service,) = (done / "wandb").glob("offline-run-*")
    (record,) = service.glob("*.wandb")
    content = record.read_bytes()
    # curves, results, settings, and the run's name
    for name in (b"train/loss", b"val/accuracy", b"value/test_accuracy", b"optimizer"):
        assert name in content, name
    assert f"recordings/linear/{done.name}".encode() in content
    media = service / "files" / "media"
    pictures = {path.name.split("_")[0] for path in media.rglob("*.png")}
    assert "worst" in pictures and "confusion" in pictures
    assert list(media.rglob("*.wav"))
    assert (done / "metrics.csv").is_file()


def test_mlflow_keeps_everything_of_a_run_in_a_file(
    folder: Path, tmp_path: Path
) -> None:
    from mlflow import MlflowClient

    done = run(tmp_path, "logger=mlflow")
    client = MlflowClient(f"sqlite:///{tmp_path}/out/mlflow.db")
    (kept,) = client.search_runs(["1"])
    assert kept.info.run_name == f"recordings/linear/{done.name}"
    assert kept.info.status == "FINISHED"
    assert kept.data.params["model"] == "linear"
    assert {"train/loss", "val/loss", "value/test_accuracy"} <= set(kept.data.metrics)
    files = {path.name for path in (tmp_path / "out" / "mlflow").rglob("*.*")}
    assert "worst.png" in files and "1.wav" in files


@pytest.mark.parametrize("logger", ["wandb", "mlflow"])
def test_what_a_service_needs_is_named_before_anything_is_trained(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logger: str
) -> None:
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=rf"logger={logger} needs .*\[{logger}\]"):
        run(tmp_path, f"logger={logger}")
    assert not (tmp_path / "out" / "recordings").exists()
