"""auris.load: a trained model answers in Python what `auris predict` answers."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch
from conftest import RATE, REPOSITORY, call, fill, noise, sine, write
from running import TINY, here

import auris
from auris.api.model import TrainedModel
from auris.inference.predictor import Predictor

FROZEN = REPOSITORY / "tests/frozen"
MEOW = FROZEN / "cnn/clip.wav"


@pytest.fixture(scope="module")
def model() -> TrainedModel:
    """A network of one-channel clips."""
    return auris.load(FROZEN / "cnn")


@pytest.fixture(scope="module")
def autoencoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that reconstructs."""
    place = tmp_path_factory.mktemp("autoencoder")
    fill(place / "recordings", each=6)
    words = ("data=folder", "model=autoencoder_linear", *here(place), *TINY)
    settings = dict(word.split("=", 1) for word in words)
    return auris.train(**settings, **{"features.n_mels": 16}).folder


@pytest.mark.parametrize("run", ["cnn", "knn", "masked_srp"])
def test_it_answers_as_the_command_does(run: str, tmp_path: Path) -> None:
    clip = FROZEN / run / "clip.wav"
    words = (str(FROZEN / run), str(clip), "--json")
    done = call("scripts/predict.py", *words, cwd=tmp_path)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert told and list(auris.load(FROZEN / run)(str(clip))) == told


@pytest.mark.parametrize("run", ["cnn", "knn", "masked_srp"])
def test_samples_get_the_answer_of_their_file(run: str) -> None:
    model = auris.load(FROZEN / run)
    clip = FROZEN / run / "clip.wav"
    wave, rate = soundfile.read(clip, dtype="float32")
    (of_samples,) = model(wave.T, sample_rate=rate)
    (of_file,) = model(clip)
    assert of_samples == {**of_file, "path": "array"}


def test_a_reconstruction_is_answered_with_its_error(
    autoencoder: Path, tmp_path: Path
) -> None:
    recording = write(tmp_path / "tone.wav", sine(440, 0.5))
    (row,) = auris.load(autoencoder)(recording)
    (window,) = Predictor(str(autoencoder))(recording)
    error, power = window.decoded.tolist()
    assert row["mean_squared_error"] == pytest.approx(error, abs=1e-6)
    assert row["explained_variance"] == pytest.approx(1 - error / power, abs=1e-6)


def test_several_recordings_are_a_row_each(model: TrainedModel, tmp_path: Path) -> None:
    paths = [str(MEOW), write(tmp_path / "more/hiss.wav", noise(1, 0.6))]
    rows = model(*paths)
    assert rows["path"] == list(map(str, paths))
    assert list(model(paths)) == list(rows)
    assert list(model(tmp_path / "more")) == [rows[1]]
    assert [model(path)[0] for path in paths] == list(rows)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float64, torch.tensor, list])
def test_samples_may_be_of_any_kind(kind: Any, model: TrainedModel) -> None:
    wave = np.round(2**14 * sine(440, 0.6)) / 2**15
    if kind in (np.int16, np.int32):
        given = (wave * -float(np.iinfo(kind).min)).astype(kind)
    elif kind is np.float64:
        given = wave
    else:
        given = kind(wave)
    expected = model(wave.astype(np.float32), sample_rate=RATE)
    assert list(model(given, sample_rate=RATE)) == list(expected)


def test_an_embedding_is_what_the_network_makes_before_it_answers(
    model: TrainedModel,
) -> None:
    system = model._predictor.model.system  # type: ignore[attr-defined]
    wave, rate = soundfile.read(MEOW, dtype="float32")
    clip = np.zeros((1, 1, model.spec.samples), np.float32)  # (B, C, T)
    clip[0, 0, : len(wave)] = wave
    assert rate == model.spec.sample_rate
    with torch.inference_mode():
        x = system.features(torch.from_numpy(clip))
        expected = system.model.body(x)[0].numpy()
    assert model.embed(MEOW) == pytest.approx(expected, abs=1e-6)
    assert model.embed(wave, sample_rate=rate) == pytest.approx(expected, abs=1e-6)
    assert model.embed(MEOW, MEOW).shape == (2, len(expected))


@pytest.mark.parametrize("run", ["knn", "masked_srp"])
def test_models_of_every_kind_have_an_embedding(run: str) -> None:
    vector = auris.load(FROZEN / run).embed(FROZEN / run / "clip.wav")
    assert vector.ndim == 1 and np.isfinite(vector).all() and vector.std() > 0


WAVE = sine(440, 0.6)


@pytest.mark.parametrize(
    ("given", "rate", "sentence"),
    [
        (WAVE, None, "Samples do not tell their rate"),
        (WAVE, 44.1, "sample_rate=44.1 should be a whole number"),
        (WAVE, 0, "array can't be used: a sample rate of 0 Hz"),
        (WAVE, -8000, "a sample rate of -8000 Hz"),
        (np.stack([WAVE, WAVE]), RATE, "it has 2 channels and the model hears 1"),
        (
            np.stack([WAVE, WAVE], 1),
            RATE,
            r"\(4800, 2\); what soundfile reads needs .T",
        ),
        (np.zeros((1, 1, 9)), RATE, r"Samples are \(T,\) or \(C, T\)"),
        (np.zeros(0), RATE, "array can't be used: empty"),
        (np.zeros(4800), RATE, "array can't be used: silent"),
        (np.full(4800, np.nan), RATE, "NaN"),
        (WAVE > 0, RATE, "Samples are floats or signed integers, not bool"),
        (5, None, "5 is no recording; give a path"),
        (["a.wav", 5], None, "is no recording; give a path"),
        ("none.wav", None, "There is no none.wav"),
        (MEOW, RATE, "A file tells its rate itself"),
    ],
)
@pytest.mark.parametrize("asks", ["__call__", "embed"])
def test_what_cannot_be_heard_is_refused_in_one_sentence(
    given: Any, rate: Any, sentence: str, asks: str, model: TrainedModel
) -> None:
    with pytest.raises(auris.UserError, match=sentence) as mistake:
        getattr(model, asks)(given, sample_rate=rate)
    assert "\n" not in str(mistake.value)
    (shown,) = mistake.value._render_traceback_()  # by a notebook
    assert shown == f"UserError: {mistake.value}"


def test_nothing_is_not_answered(model: TrainedModel) -> None:
    with pytest.raises(auris.UserError, match="Nothing is no recording"):
        model()


def test_channels_are_averaged_where_that_is_asked_for() -> None:
    mixing = auris.load(FROZEN / "cnn", mix=True)
    (row,) = mixing(np.stack([WAVE, WAVE]), sample_rate=RATE)
    assert row == mixing(WAVE, sample_rate=RATE)[0]


def test_a_model_says_what_it_hears(model: TrainedModel) -> None:
    assert repr(model).endswith(f"at {model.spec.sample_rate} Hz, 1 channel>")
    with pytest.raises(auris.UserError, match="There is no run in outputs/none"):
        auris.load("outputs/none")


def test_auris_is_imported_without_torch() -> None:
    code = "import auris, sys; print(dir(auris), 'torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    names = ["UserError", "__version__", "audit_data", "load", "open_run", "train"]
    assert done.stdout == f"{names} False\n"
    assert all(hasattr(auris, name) for name in names)
    assert not hasattr(auris, "lod")
