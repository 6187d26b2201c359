"""Tagging and regression from the command line: runs, reports, boards, prediction, ONNX, audit;
every general model is built for them and answers, or is refused in one sentence."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from choices import fast_words, finds_only_anomalies, needs_array
from conftest import RATE, call, noise, sine, write
from running import TINY, experiment, options

from auris.core.errors import UserError
from auris.data.module import AudioDataModule
from auris.training.experiment import Experiment

MODELS = [
    f"model={name}"
    for name in options("model")
    if not (needs_array(f"model={name}") or finds_only_anomalies(f"model={name}"))
]
PITCHES = {"low": 300, "mid": 900, "high": 2700}  # Hz


def recording(seed: int, names: list[str]) -> np.ndarray:
    """(T,) half a second of the tones that are named, in noise."""
    tones = [sine(PITCHES[name] + seed) for name in names]
    return sum(tones, 0.05 * noise(seed)) / 4


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clips of no, one, two or three tones, with how many these are."""
    place = tmp_path_factory.mktemp("tags")
    draw = np.random.default_rng(0)
    rows = ["path,label,Loudness (dB),tones"]
    for i in range(60):
        names = [name for name in PITCHES if draw.random() < 0.5]
        gain = 10 ** (-(i % 20) / 20)
        write(place / f"{i}.wav", gain * recording(i, names), RATE)
        rows.append(f"{i}.wav,{'|'.join(names)},{-(i % 20)},{len(names)}")
    (place / "clips.csv").write_text("\n".join(rows))
    return place


def words(place: Path, task: str) -> tuple[str, ...]:
    data = ("data=csv", f"data.table={place}/clips.csv", f"task={task}")
    target = ("data.target=tones",) if task == "regression" else ()
    return (*data, *target, "data.duration=0.5", "trainer=cpu")


@pytest.fixture(scope="module", params=["tagging", "regression"])
def run(request: pytest.FixtureRequest, place: Path) -> Path:
    """The folder of a run of either task, with a report."""
    done = call(
        "train.py",
        *words(place, request.param),
        "model=linear",
        "trainer.max_epochs=20",
        "optimizer.lr=0.01",
        f"paths.outputs={place}/{request.param}",
        cwd=place,
    )
    assert done.returncode == 0, done.stderr
    (folder,) = (place / request.param / "clips/linear").glob("2*")
    return folder


def result_of(run: Path) -> dict:
    return json.loads((run / "result.json").read_text())


def test_it_learns(run: Path) -> None:
    test = result_of(run)["test"]
    name, main = next(iter(test["metrics"].items()))
    constant = test["constant_baseline"][name]
    if name == "mean_absolute_error":
        assert main["value"] < 0.7 * constant
        assert "coverage" in test["metrics"]
    else:
        assert main["value"] > constant + 0.2


def test_the_report_asks_its_question_and_counts_what_there_is(run: Path) -> None:
    text = (run / "report.html").read_text()
    is_tagging = "tagging" in str(run)
    question = "Which of 3 sounds are heard?" if is_tagging else "What is its tones?"
    assert question in text
    assert ("<td>low</td>" if is_tagging else "tones 2 to 3") in text
    assert "|mid" not in text.split("The data")[1]


def test_boards_show_its_pictures(run: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(run))
    events.Reload()
    name = "labels" if "tagging" in str(run) else "numbers"
    assert f"view_test/{name}" in events.Tags()["images"]


def test_a_long_recording_is_predicted_and_the_export_says_the_same(
    run: Path, place: Path
) -> None:
    pytest.importorskip("onnxruntime")
    wave = np.concatenate([recording(i, ["low", "mid"]) for i in range(8)])
    long = str(write(place / "long.wav", wave, RATE))
    windows = call(
        "scripts/predict.py", str(run), long, "--windows", "--csv", cwd=place
    )
    assert len(windows.stdout.splitlines()) >= 8, windows.stderr
    assert call("scripts/export.py", str(run), cwd=place).returncode == 0
    models = (str(run), str(run / "model.onnx"))
    answers = [
        call("scripts/predict.py", model, long, "--json", cwd=place) for model in models
    ]
    rows = [json.loads(answer.stdout) for answer in answers]
    numbers = [
        {key: value for key, value in row.items() if isinstance(value, float)}
        for row in rows
    ]
    shared = numbers[0].keys() & numbers[1].keys() - {"novelty"}
    assert shared
    for key in shared:
        assert numbers[0][key] == pytest.approx(numbers[1][key], abs=0.01)
    if "tagging" in str(run):
        assert rows[0]["tags"] == rows[1]["tags"]
    else:
        assert rows[1]["tones_low"] < rows[1]["tones"] < rows[1]["tones_high"]


def test_a_table_of_predictions_says_what_was_scored(run: Path, place: Path) -> None:
    both = ("--paired", str(run), str(run))
    done = call("scripts/compare.py", *both, cwd=place)
    name = next(iter(result_of(run)["test"]["metrics"]))
    assert f"{name} of" in done.stdout, done.stderr


@pytest.mark.parametrize("task", ["tagging", "regression"])
def test_an_audit_counts_what_the_task_tells(task: str, place: Path) -> None:
    choice = words(place, task)[:-2]
    done = call("scripts/audit.py", *choice, f"paths.outputs={place}/a", cwd=place)
    kind = "high" if task == "tagging" else "tones 2 to 3"
    assert kind in done.stdout, done.stderr
    assert "Training would refuse" not in done.stdout
    assert "has no recording of class" not in done.stdout


def built(place: Path, task: str, model: str) -> Experiment:
    usual = (*TINY, "features=log_mel", f"paths.outputs={place}/out")
    return experiment(*words(place, task), *usual, model, *fast_words(model))


@pytest.mark.parametrize("task", ["tagging", "regression"])
def test_every_general_model_answers_or_is_refused(task: str, place: Path) -> None:
    refused = dict(refusals(place, task))
    assert refused.keys() <= set(MODELS)
    plain = ("linear", "mlp", "cnn", "resnet", "knn", "random_forest")
    assert refused.keys().isdisjoint(f"model={name}" for name in plain)
    assert all(sentence.endswith(".") for sentence in refused.values())


def refusals(place: Path, task: str) -> Iterator[tuple[str, str]]:
    """The models that don't go with a task, with what is said; all others are asked."""
    data = None
    for model in MODELS:
        made = built(place, task, model)
        data = data or made.dataset
        try:
            system = made.build_system(data.spec)
        except UserError as error:
            yield model, str(error)
            continue
        clips = AudioDataModule(data).full_batch()
        system.fit_statistics(clips)
        predictions = system.eval().predict_batch(next(iter(clips)))
        metrics = system.task.metrics().values()
        values = [m.value(predictions.decoded, predictions.target) for m in metrics]
        assert predictions.decoded.isfinite().all() and values
