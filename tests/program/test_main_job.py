"""The main job from the command line, and what it leaves behind; on real recordings where they
are there.
"""

import csv
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from conftest import SHARED, call, cli, fill, noise, sine, write

from auris.runs import multirun
from auris.runs.latest import resolve_latest
from auris.runs.ledger import all_accesses

SMALL = (
    "data.sample_rate=8000",
    "data.duration=2",
    "trainer.max_epochs=4",
    "model.width=32",
)


@pytest.fixture(scope="module")
def job(
    tmp_path_factory: pytest.TempPathFactory, real_or_simulated: dict[str, str]
) -> Path:
    """The folder of a finished main job."""
    place = tmp_path_factory.mktemp("job")
    done = cli(
        "train.py",
        "model=mlp",
        "data=cats_babies",
        *SMALL,
        cwd=place,
        env=real_or_simulated,
    )
    assert done.returncode == 0, done.stderr
    return resolve_latest(place / "outputs/cats_babies/mlp/latest")


def test_the_folder_holds_all_that_repeats_the_run(job: Path) -> None:
    names = {path.name for path in job.iterdir()}
    assert names >= {
        "config.yaml",
        "spec.json",
        "model.pt",
        "result.json",
        "metrics.csv",
        "train.log",
        "checkpoints",
        "predictions_val.csv",
        "predictions_test.csv",
    }
    result = json.loads((job / "result.json").read_text())
    assert result["origin"] in ("real", "simulated") and result["about"]
    assert result["fold"] == 1 and result["seed"] == 1 and result["device"] == "cpu"
    assert (
        result["fingerprint"]
        and result["versions"]["torch"].startswith("2.11")
        and result["seconds"] > 0
    )
    for scores in (result["val"], result["test"]):
        assert set(scores["metrics"]) == {
            "accuracy",
            "balanced_accuracy",
            "macro_f1",
            "auroc",
        }
        for estimate in scores["metrics"].values():
            assert 0 <= estimate["low"] <= estimate["value"] <= estimate["high"] <= 1
        assert 0.5 <= scores["constant_baseline"]["accuracy"] < 0.6


def test_the_test_set_was_opened_once(job: Path) -> None:
    (look,) = all_accesses(job.parents[2])
    result = json.loads((job / "result.json").read_text())
    assert look.run == f"cats_babies/mlp/{job.resolve().name}"
    assert (
        look.metric == "accuracy"
        and look.value == result["test"]["metrics"]["accuracy"]["value"]
    )


def test_the_curves_have_a_row_an_epoch(job: Path) -> None:
    with (job / "metrics.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["epoch"]) for row in rows][:4] == [0, 1, 2, 3]
    assert all(
        row["train/loss"] and row["val/loss"] and row["train/gap"] and row["work/lr"]
        for row in rows[:4]
    )


def test_tensorboard_shows_curves_pictures_sound_and_settings(job: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData

    events = EventAccumulator(str(job), size_guidance={"scalars": 0})
    events.Reload()
    tags = events.Tags()
    assert {
        "train/loss",
        "val/loss",
        "val/accuracy",
        "work/lr",
        "train/gap",
        "value/test_accuracy",
    } <= set(tags["scalars"])
    assert [event.step for event in events.Scalars("val/loss")] == [0, 1, 2, 3]
    assert {"view_test/confusion", "view_test/worst"} <= set(tags["images"])
    assert {f"test_worst/{place}" for place in range(1, 7)} <= set(tags["audio"])
    assert "_hparams_/session_start_info" in events.summary_metadata
    content = events.summary_metadata["_hparams_/experiment"].plugin_data.content
    row = HParamsPluginData.FromString(content).experiment
    first = {column.name for column in row.hparam_infos if column.differs}
    assert first == {"model", "features", "optimizer", "fold", "seed"}
    assert "array" not in {column.name for column in row.hparam_infos}  # has none
    assert row.metric_infos[0].name.tag == "value/test_accuracy"
    groups = sorted({tag.partition("/")[0] for tag in tags["scalars"] + tags["images"]})
    assert groups == ["train", "val", "value", "view_test", "work"]  # curves first
    assert "data/text_summary" in tags["tensors"]


def test_weights_are_tensors_only(job: Path) -> None:
    assert all(
        isinstance(value, torch.Tensor)
        for value in torch.load(job / "model.pt", weights_only=True).values()
    )


def test_evaluation_repeats_the_result_and_is_written_down(
    job: Path, real_or_simulated: dict[str, str]
) -> None:
    done = call(
        "scripts/evaluate.py",
        str(job),
        "--json",
        cwd=job.parents[3],
        env=real_or_simulated,
    )
    assert done.returncode == 0, done.stderr
    assert (
        json.loads(done.stdout)["metrics"]
        == json.loads((job / "result.json").read_text())["test"]["metrics"]
    )
    first, second = all_accesses(job.parents[2])
    assert {**asdict(first), "key": "", "time": ""} == {
        **asdict(second),
        "key": "",
        "time": "",
    }


def test_prediction_needs_the_folder_of_the_run_only(job: Path, tmp_path: Path) -> None:
    write(tmp_path / "sounds/short.wav", sine(500, 0.7, 22050), 22050)
    write(tmp_path / "sounds/long.flac", noise(1, 11, 8000), 8000)
    done = call(
        "scripts/predict.py",
        str(job),
        "--json",
        "sounds",
        cwd=tmp_path,
        env={"AURIS_DATA": "nowhere"},
    )
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(row["path"]).name for row in rows] == ["long.flac", "short.wav"]
    assert all(
        row["class"] in ("cat", "crying_baby") and 0.5 <= row["probability"] <= 1
        for row in rows
    )
    assert [row["stop"] for row in rows] == [11.0, 0.7]


def test_a_sweep_does_not_open_the_test_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ends: list[Callable[[], None]] = []  # what would happen as the process ends
    at_exit = SimpleNamespace(register=lambda *calls: ends.append(partial(*calls)))
    monkeypatch.setattr(multirun, "atexit", at_exit)
    monkeypatch.chdir(tmp_path)
    fill(tmp_path / "recordings")
    words = (
        "data=folder",
        "data.root=recordings",
        "data.duration=0.5",
        "trainer.max_epochs=1",
        "logger=csv",
    )
    choices = ("model=linear,mlp", "data.fold=1,2")
    done = call("train.py", "-m", *words, *choices, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    results = [
        json.loads(path.read_text())
        for path in tmp_path.glob("outputs/recordings/*/2*/result.json")
    ]
    assert len(results) == 4
    assert all("val" in result and "test" not in result for result in results)
    assert not list(tmp_path.rglob("test_ledger.jsonl"))
    (show_table,) = ends
    show_table()
    shown = capsys.readouterr().out
    assert (
        "| recordings linear | 2 x 1 |" in shown
        and "| recordings mlp | 2 x 1 |" in shown
    )
    table = call(
        "scripts/compare.py", "--same", "data=recordings", "--json", cwd=tmp_path
    )
    assert (tmp_path / "outputs/compare.png").is_file(), table.stderr
    rows = json.loads(table.stdout)
    assert [row["folds"] for row in rows] == [2, 2] and {
        row["name"] for row in rows
    } == {
        "recordings linear",
        "recordings mlp",
    }


def test_two_processes_train_like_one(tmp_path: Path) -> None:
    fill(tmp_path / "recordings")
    words = (
        "data=folder",
        "data.root=recordings",
        "data.duration=0.5",
        "model=linear",
        "trainer.max_epochs=3",
        "augment=none",
        "optimizer.lr=0.01",
        "data.batch_size=4",
        "logger=csv",
    )
    results = {}
    for trainer, run in (("cpu", call), ("ddp", cli)):
        done = run(
            "train.py",
            *words,
            f"trainer={trainer}",
            f"paths.outputs={trainer}",
            cwd=tmp_path,
        )
        assert done.returncode == 0, done.stderr
        runs = list((tmp_path / trainer / "recordings/linear").glob("2*"))
        assert len(runs) == 1
        results[trainer] = json.loads((runs[0] / "result.json").read_text())
    assert results["cpu"]["test"]["clips"] == results["ddp"]["test"]["clips"] == 4
    for name, estimate in results["cpu"]["test"]["metrics"].items():
        assert results["ddp"]["test"]["metrics"][name]["value"] == pytest.approx(
            estimate["value"], abs=1e-6
        )


def test_a_stranger_configuration_runs_no_code(job: Path, tmp_path: Path) -> None:
    evil = tmp_path / "run"
    shutil.copytree(job.resolve(), evil)
    text = (
        (evil / "config.yaml")
        .read_text()
        .replace("auris.tasks.losses.CrossEntropy", "os.system")
    )
    (evil / "config.yaml").write_text(text.replace("plugins: []", "plugins: [os]"))
    done = call("scripts/predict.py", str(evil), str(evil / "x.wav"), cwd=tmp_path)
    assert done.returncode == 1
    assert "may not name os.system" in done.stderr


@pytest.fixture(scope="session")
def real_or_simulated() -> dict[str, str]:
    """Where the recordings are, else an environment in which the simulation takes their place."""
    return (
        {"AURIS_DATA": str(SHARED)}
        if SHARED.is_dir()
        else {**os.environ, "no_proxy": "*"}
    )
