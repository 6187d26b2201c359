"""auris.train and auris.open_run: a run, as a notebook looks at it."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import call, fill, sine, write

import auris
from auris.api.run import Metrics, OpenedRun

PLAIN = {"data": "folder", "model": "linear", "trainer": "cpu", "logger": "csv"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with recordings."""
    place = tmp_path_factory.mktemp("notebook")
    fill(place / "recordings")
    return place


def settings_in(place: Path, **others: Any) -> dict[str, Any]:
    """Settings of a short run that writes to `place` alone."""
    return {
        **PLAIN,
        "data.root": place / "recordings",
        "data.duration": 0.5,
        "trainer.max_epochs": 3,
        "optimizer.lr": 1e-2,
        "paths.outputs": place / "out",
        "paths.store": place / "store",
        **others,
    }


@pytest.fixture(scope="module")
def run(place: Path) -> OpenedRun:
    """A run that tests and reports."""
    return auris.train(**settings_in(place))


def test_a_run_holds_what_its_files_say(run: OpenedRun) -> None:
    result = json.loads((run.folder / "result.json").read_text())
    tested = result["test"]["metrics"]
    assert dict(run.metrics) == {
        name: estimate["value"] for name, estimate in tested.items()
    }
    low, high = run.metrics.interval("accuracy")
    assert low == tested["accuracy"]["low"] <= high == tested["accuracy"]["high"]
    with (run.folder / "predictions_test.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert run.predictions["path"] == [row["path"] for row in rows]
    assert run.predictions["p_tone"] == [float(row["p_tone"]) for row in rows]
    assert run.curves["epoch"] == [0, 1, 2]
    assert Path(run.report).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_it_is_the_run_that_the_command_line_makes(run: OpenedRun, place: Path) -> None:
    words = [f"{name}={value}" for name, value in settings_in(place).items()]
    done = call("train.py", *words, cwd=place)
    assert done.returncode == 0, done.stderr
    other = auris.open_run(place / "out/recordings/linear/latest")
    assert other.folder != run.folder
    assert dict(other.metrics) == dict(run.metrics)
    assert list(other.predictions) == list(run.predictions)
    names = run.result["command"].split()
    assert names[:2] == ["auris", "train"] and names[2:] == words


def test_its_model_answers(run: OpenedRun, tmp_path: Path) -> None:
    tone = write(tmp_path / "tone.wav", sine(500))
    assert list(run.model(tone)) == list(auris.load(run.folder)(tone))


def test_it_shows_itself(run: OpenedRun) -> None:
    assert repr(run).startswith("recordings linear\ntest: 4 clips\nmetric ")
    assert str(run.folder) in repr(run)
    page = run._repr_html_()
    assert "<td>accuracy</td>" in page and "test: 4 clips" in page
    assert run.report._repr_html_().startswith("<iframe ")
    assert repr(run.report) == str(run.folder / "report.html")


def test_a_metric_without_an_interval_has_none() -> None:
    estimate = {"value": 0.5, "low": None, "high": None, "n": 1}
    scores = {
        "clips": 1,
        "metrics": {"accuracy": estimate, "auroc": {**estimate, "value": None}},
        "constant_baseline": {"accuracy": 0.5, "auroc": 0.5},
    }
    metrics = Metrics(scores, "val")
    assert metrics["accuracy"] == 0.5 and np.isnan(metrics["auroc"])
    assert np.isnan(metrics.interval("accuracy")).all()
    assert "None" not in repr(metrics) + metrics._repr_html_()


def test_values_are_written_as_on_a_command_line(place: Path) -> None:
    settings = settings_in(
        place, test=False, report=False, plugins=[], **{"data.normal": None}
    )
    run = auris.train(**settings)
    assert run.metrics.split == "val"
    with pytest.raises(auris.UserError, match="has no report; auris report .* writes"):
        _ = run.report


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"model": "clnn"}, "There is no model=clnn; did you mean cnn?"),
        ({"optimizer.lrr": 1}, "There is no setting optimizer.lrr"),
        ({"seed": "one"}, "seed=one should be a whole number"),
        ({"data.root": "/no where"}, "There is no folder /no where"),
        ({"trainer.max_epochs": []}, "trainer.max_epochs"),
        ({"resume": "outputs/none"}, "There is no run in outputs/none"),
    ],
)
def test_a_mistake_is_one_sentence(
    wrong: dict[str, Any], sentence: str, place: Path, capsys: pytest.CaptureFixture
) -> None:
    with pytest.raises(auris.UserError, match=sentence) as mistake:
        auris.train(**{**settings_in(place), **wrong})
    assert "\n" not in str(mistake.value)
    assert "Traceback" not in "".join(capsys.readouterr())


def test_a_run_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(auris.UserError, match="There is no run in"):
        auris.open_run(tmp_path)
