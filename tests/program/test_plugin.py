"""A task from outside: no file of Auris knows of it, and all that Auris does works with it."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY, call, noise, sine, write

from auris.runs.latest import resolve_latest

PLUGIN = REPOSITORY / "tests/plugin"
RATE = 8000  # Hz


def beeps(count: int, seed: int) -> np.ndarray:
    """(T,) a second of noise with so many beeps of 0.1 s."""
    wave = 0.02 * noise(seed, 1.0)
    for place in range(count):
        start = 1000 + 2300 * place
        wave[start : start + 800] += sine(600 + 20 * seed, 0.1)
    return wave


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs that count beeps, beside the recordings."""
    place = tmp_path_factory.mktemp("plugin")
    for count in (1, 2, 3):
        for seed in range(10):
            write(place / f"recordings/{count}/{seed}.wav", beeps(count, seed), RATE)
    for model in ("linear", "knn"):
        words = (
            f"--config-dir={PLUGIN}/conf",
            "data=folder",
            "data.root=recordings",
            "task=beep_counting",
            f"model={model}",
            "plugins=[beeps]",
            "data.duration=1",
            "trainer=cpu",
            "trainer.max_epochs=2",
        )
        done = run("train.py", *words, cwd=place)
        assert done.returncode == 0, done.stderr
    return place


def run(script: str, *words: str, cwd: Path):
    """A command with the plug-in on the path."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(PLUGIN)
        return call(script, *words, cwd=cwd)


@pytest.fixture
def folder(place: Path) -> Path:
    return resolve_latest(place / "outputs/recordings/knn/latest")


def test_it_trains_and_is_scored_by_its_own_metric(folder: Path) -> None:
    result = json.loads((folder / "result.json").read_text())
    metric = result["test"]["metrics"]["mean_absolute_error"]
    table = (folder / "predictions_test.csv").read_text().splitlines()
    cells = [
        dict(zip(table[0].split(","), row.split(","), strict=True)) for row in table[1:]
    ]
    errors = [abs(float(row["beeps"]) - float(row["label"])) for row in cells]
    assert metric["value"] == pytest.approx(np.mean(errors), abs=0.01)
    assert metric["low"] <= metric["value"] <= metric["high"]


def test_its_report_asks_its_question_and_shows_its_plot(folder: Path) -> None:
    text = (folder / "report.html").read_text()
    assert "How many beeps are there?" in text
    assert "Beeps that were counted against those that there are." in text


def test_tensorboard_shows_its_plot_and_its_sound(folder: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    assert "view_test/counts" in events.Tags()["images"]
    assert "test_first" in events.Tags()["audio"]


def test_it_predicts_and_only_where_it_is_trusted(folder: Path, place: Path) -> None:
    recording = "recordings/3/0.wav"
    done = run(
        "scripts/predict.py", str(folder), recording, "--plugins", "beeps", cwd=place
    )
    assert done.stdout.rstrip().endswith(" beeps"), done.stderr
    refused = run("scripts/predict.py", str(folder), recording, cwd=place)
    assert refused.returncode == 1 and "plugins=[...]" in refused.stderr


def test_its_export_predicts_the_same(folder: Path, place: Path) -> None:
    pytest.importorskip("onnxruntime")
    words = ("--plugins", "beeps")
    assert run("scripts/export.py", str(folder), *words, cwd=place).returncode == 0
    answers = [
        run(
            "scripts/predict.py",
            str(model),
            "recordings/2/1.wav",
            "--json",
            *words,
            cwd=place,
        )
        for model in (folder, folder / "model.onnx")
    ]
    first, second = (json.loads(answer.stdout)["beeps"] for answer in answers)
    assert first == pytest.approx(second, abs=0.01)


def test_two_of_its_runs_are_compared(place: Path) -> None:
    runs = [f"outputs/recordings/{model}/latest" for model in ("linear", "knn")]
    words = ("--paired", *runs, "--plugins", "beeps")
    done = run("scripts/compare.py", *words, cwd=place)
    assert "mean_absolute_error of linear less that of knn" in done.stdout, done.stderr


def test_nothing_in_auris_knows_of_it() -> None:
    sources = (REPOSITORY / "src").rglob("*.py")
    assert not any("beep" in path.read_text() for path in sources)
    assert not any(name.startswith("auris") and "beep" in name for name in sys.modules)
