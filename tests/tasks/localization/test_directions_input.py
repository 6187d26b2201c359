"""Recordings of an array with directions, from a table: what works, and one sentence for each
thing that can't.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from conftest import write
from running import configured, experiment

from auris.acoustics.constants import SPEED_OF_SOUND
from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.inference import predictor as predict
from auris.inference.model import InferenceModel
from auris.runs.folder import RESULT
from auris.tasks.localization.output import DirectionOutput
from auris.training.experiment import Experiment
from auris.training.run import rehearse, train

RATE = 16000
APART = 0.1  # m, as array=pair has them
SPLITS = 3 * ["train"] + ["val", "test"]


def delayed(seed: int, late: int, channels: int = 2) -> np.ndarray:
    """Noise (T, C), by so many samples later in each channel than in the one before, and a
    little noise of sensors.
    """
    rng = np.random.default_rng(seed)
    noise, own = (
        0.1 * rng.standard_normal(RATE // 4),
        1e-3 * rng.standard_normal((RATE // 4, channels)),
    )
    return own + np.stack(
        [np.roll(noise, late * channel) for channel in range(channels)], 1
    )


def azimuth(late: int) -> float:
    """Where a sound is, in degrees, that is so many samples later in the right channel."""
    return float(np.degrees(np.arcsin(late * SPEED_OF_SOUND / (RATE * APART))))


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Path]:
    """Writes recordings and a table of them, whose rows (path, azimuth, split) may be changed."""

    def made(
        header: str = "path,azimuth,split",
        change: Callable[[list], Iterable] = lambda row: row,
        wave: Callable[[np.ndarray], np.ndarray] = lambda wave: wave,
        channels: int = 2,
    ) -> Path:
        lines = [header]
        for number, split in enumerate(SPLITS):
            write(
                tmp_path / f"{number}.wav",
                wave(delayed(number, number - 2, channels)),
                RATE,
            )
            lines.append(
                ",".join(
                    map(str, change([f"{number}.wav", azimuth(number - 2), split]))
                )
            )
        (tmp_path / "clips.csv").write_text("\n".join(lines))
        return tmp_path / "clips.csv"

    return made


def words(table: Path) -> tuple[str, ...]:
    home = table.parent
    return (
        "data=csv",
        f"data.table={table}",
        "data.duration=0.25",
        f"paths.store={home}/store",
        f"paths.outputs={home}/out",
        "trainer=cpu",
        "logger=csv",
    )


def refused(*words: str) -> str:
    """The sentence that says what is wrong."""
    with pytest.raises(UserError) as error:
        cfg = configured(*words)
        rehearse(Experiment(cfg))
    sentence = str(error.value)
    assert "\n" not in sentence and sentence.endswith(".")
    return sentence


def test_a_table_of_directions_is_learnt_and_tested(table):
    made = table()
    train(
        experiment(*words(made), "array=pair", "model=gcc_least_squares", "test=true")
    )
    result = json.loads(
        next(made.parent.glob(f"out/clips/gcc_least_squares/2*/{RESULT}")).read_text()
    )
    assert result["test"]["metrics"]["mean_error"]["value"] < 2  # degrees


def test_an_array_may_be_some_of_the_channels(table):
    def with_others(wave):
        spoken = wave.mean(1, keepdims=True)
        return np.hstack([spoken, wave, 0 * spoken])

    made = table(wave=with_others)
    choices = ("array=pair", "model=gcc_least_squares", "data.channels=[1,2]")
    train(experiment(*words(made), *choices, "test=true"))
    (result,) = made.parent.glob(f"out/clips/gcc_least_squares/2*/{RESULT}")
    metrics = json.loads(result.read_text())["test"]["metrics"]
    assert metrics["mean_error"]["value"] < 2  # degrees
    predictor = predict.Predictor(str(result.parent))
    first = made.parent / "0.wav"
    (answer,) = predictor(first)
    row = predictor.output.to_row(answer.decoded)
    assert row["azimuth"] == pytest.approx(azimuth(-2), abs=2)
    pair = write(made.parent / "pair.wav", soundfile.read(first)[0][:, :2], RATE)
    with pytest.raises(UserError, match="has 2 channels, .* no channel 2"):
        list(predictor(pair))


@pytest.mark.parametrize(
    ("wave", "said"),
    [
        (
            lambda wave: np.repeat(wave[:, :1], 2, axis=1),
            "channels 1 and 2 of 2 are the same, as in a mono recording.",
        ),
        (
            lambda wave: wave * [1, 0],
            "channel 2 of 2 is silent, as if its microphone were broken.",
        ),
        (lambda wave: 0 * wave, "0.wav: silent"),
        (lambda wave: wave[:, :1], "has 1 channels and 2 are needed"),
        (lambda wave: np.repeat(wave, 2, axis=1), "has 4 channels and 2 are needed"),
    ],
)
def test_recordings_that_do_not_fit_the_array_are_refused(table, wave, said):
    sentence = refused(*words(table(wave=wave)), "array=pair")
    assert said in sentence and sentence.count(".wav") == 1  # and not a page of them


@pytest.mark.parametrize(
    ("header", "change", "said"),
    [
        (
            "path,azimuth,split",
            lambda row: [row[0], 400, row[2]],
            "line 2: azimuth is 400 and should be a number of de",
        ),
        (
            "path,azimuth,split",
            lambda row: [row[0], "nan", row[2]],
            "azimuth is nan and should be a number of degrees",
        ),
        (
            "path,azimuth,split",
            lambda row: [row[0], "left", row[2]],
            "azimuth is left and should be a number of degree",
        ),
        (
            "path,azimuth,split",
            lambda row: [row[0], "", row[2]],
            "line 2: there is no azimuth; the table needs a column azimuth",
        ),
        (
            "path,azimuth,split,elevation",
            lambda row: [*row, 91],
            "elevation is 91 and should be a number of degrees, f",
        ),
        (
            "path,label,split",
            lambda row: row,
            "line 2: there is no azimuth; the table needs a column azimuth, in degrees",
        ),
        (
            "path,angle,split",
            lambda row: row,
            "there is no azimuth; the table needs a column azimuth, in degrees",
        ),
        ("recording,azimuth,split", lambda row: row, "lacks the column path;"),
    ],
)
def test_tables_without_directions_are_refused(table, header, change, said):
    assert said in refused(*words(table(header, change)), "array=pair")


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (
            ("array=pair", "array.microphones=[[0,0],[1,0]]"),
            "should be a list of 2 to 256 lists of 3 numbers",
        ),
        (
            ("array=pair", "array.microphones=[[0,0,0]]"),
            "should be a list of 2 to 256 lists of 3 numbers",
        ),
        (
            ("array=pair", "array.microphones=[[0,0,0],[0,0,0]]"),
            "two of them are the same",
        ),
        (("array=pair", "array.microphones=[[0,0,0],[0,a,0]]"), "array.microphones="),
        (
            ("array=pair", "array.microphones=here"),
            "array.microphones=here should be a list",
        ),
        (
            ("array=pair", "array.microphones=null"),
            "array.microphones=null should be a list",
        ),
        (
            ("array=pair", "+array.radius=3"),
            "There is no setting array.radius; in array: Choices: microphones",
        ),
        (
            ("array=pair", "data.channels=1"),
            "data.channels=1, but the array has 2 microphones",
        ),
        (("array=pair", "data.normal=cat"), "array and data.normal don't go together"),
        (("array=pair", "task=classification"), "choose task=localization"),
        ((), "The table lacks the column label; it has azimuth"),
    ],
)
def test_wrong_arrays_are_refused(table, choice, said):
    assert said in refused(*words(table()), *choice)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (("features=gcc_phat",), "choose one, as in array=circular6"),
        (("model=srp_phat",), "choose one, as in array=circular6"),
        (
            ("task=localization", "features=log_mel"),
            "choose an array, as in array=circular6",
        ),
    ],
)
def test_what_compares_microphones_asks_for_an_array(table, choice, said):
    labels = table(
        "path,label,split", lambda row: [row[0], "ab"[int(row[0][0]) % 2], row[2]]
    )
    assert said in refused(*words(labels), *choice)


def test_rooms_refuse_an_array_that_is_too_large_and_none(tmp_path):
    rooms = (
        "data=rooms",
        "data.train_size=1",
        "data.val_size=1",
        "data.test_size=1",
        f"paths.store={tmp_path}/store",
    )
    assert "fits into the rooms; make data.room larger" in refused(
        *rooms, "array.microphones=[[0,0,0],[9,0,0]]"
    )
    cfg = configured(*rooms)
    cfg.array = None
    with pytest.raises(UserError, match="choose one, as in array=circular6"):
        _ = Experiment(cfg).dataset


class Ahead(InferenceModel):
    """Hears everything ahead."""

    def decode(self, wave: np.ndarray) -> np.ndarray:
        return np.tile([1.0, 0, 0], (len(wave), 1))


def test_silence_has_no_direction(tmp_path, monkeypatch):
    spec = Spec(
        RATE, 2, RATE // 4, "direction", microphones=((0, 0.05, 0), (0, -0.05, 0))
    )
    monkeypatch.setattr(
        predict,
        "open_trained",
        lambda run, plugins: Ahead(spec, DirectionOutput(False)),
    )
    wave = delayed(0, 1)
    path = write(tmp_path / "pause.wav", np.concatenate([wave, 0 * wave, wave]), RATE)
    answers = list(predict.Predictor("run")(path))
    assert [(answer.start, answer.stop) for answer in answers] == [
        (0, 0.25),
        (0.5, 0.75),
    ]
    with pytest.raises(UserError, match="silent"):
        list(predict.Predictor("run")(write(tmp_path / "silent.wav", 0 * wave, RATE)))
