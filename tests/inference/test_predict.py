"""Prediction: windows that cover a recording, what is refused, and the same answer as in
training.
"""

from pathlib import Path

import numpy as np
import pytest
from conftest import fill, noise, sine, write
from odd_files import bare_mp3, change_bytes, cut_half, unclosed_wav
from running import experiment, here

from auris.cli.predict import write_text
from auris.core.errors import UserError
from auris.inference.predictor import Predictor, find_recordings
from auris.tasks.anomaly.output import ScoreOutput
from auris.tasks.classification.output import ClassOutput
from auris.training.reopen import open_experiment
from auris.training.run import train


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that tells tones from hiss, at 8 kHz, in clips of half a second."""
    place = tmp_path_factory.mktemp("predict")
    fill(place / "recordings")
    words = (
        "data=folder",
        *here(place),
        "data.duration=0.5",
        "model=linear",
        "logger=csv",
        "trainer.max_epochs=20",
    )
    return train(experiment(*words)).folder


@pytest.fixture(scope="module")
def predictor(run: Path) -> Predictor:
    return Predictor(str(run))


def test_windows_overlap_by_half_and_end_with_the_recording(
    predictor: Predictor, tmp_path: Path
) -> None:
    path = write(tmp_path / "tone.wav", sine(440, 1.3))
    spans = [(round(a.start, 3), round(a.stop, 3)) for a in predictor(path)]
    assert spans == [(0.0, 0.5), (0.25, 0.75), (0.5, 1.0), (0.75, 1.25), (0.8, 1.3)]


def test_a_short_recording_is_one_window(predictor: Predictor, tmp_path: Path) -> None:
    (answer,) = predictor(write(tmp_path / "tone.wav", sine(440, 0.3)))
    assert (answer.start, answer.stop) == (0.0, 0.3)


def test_any_rate_and_format_gets_the_right_answer(
    predictor: Predictor, tmp_path: Path
) -> None:
    for name, rate in [("tone.flac", 8000), ("tone.wav", 44100), ("tone.ogg", 16000)]:
        path = write(tmp_path / name, sine(500, 0.9, rate), rate)
        assert next(predictor.rows(path, windows=False))["class"] == "tone"
    path = write(tmp_path / "hiss.wav", noise(99, 0.9))
    assert next(predictor.rows(path, windows=False))["class"] == "hiss"


def test_a_training_clip_gets_the_answer_that_the_run_gave(
    run: Path, predictor: Predictor
) -> None:
    data = open_experiment(run).dataset
    clip, _, row = data.clips[0]
    (answer,) = predictor(clip.path)
    expected = predictor.model.decode(data.store.wave[row][None].numpy())[0]
    assert np.allclose(answer.decoded, expected, atol=1e-6)


def test_what_is_unlike_the_training_data_is_marked(
    predictor: Predictor, tmp_path: Path
) -> None:
    odd = next(
        predictor.rows(write(tmp_path / "whistle.wav", sine(3000, 0.4)), windows=False)
    )
    usual = next(
        predictor.rows(write(tmp_path / "hiss.wav", noise(3, 0.4)), windows=False)
    )
    assert odd["is_novel"] and 0.9 <= odd["novelty"] <= 1
    assert not usual["is_novel"] and 0 <= usual["novelty"] < 0.9


def test_silence_between_sounds_is_passed_over(
    predictor: Predictor, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "gap.wav",
        np.concatenate([sine(440, 0.5), np.zeros(8000), sine(440, 0.5)]),
    )
    answers = list(predictor(path))
    assert all(answer.stop - answer.start == pytest.approx(0.5) for answer in answers)
    assert not any(answer.start >= 0.5 and answer.stop <= 1.5 for answer in answers)


@pytest.mark.parametrize(
    "content, reason",
    [
        (np.zeros(4000), "silent"),
        (np.zeros(0), "empty"),
        (np.zeros((4000, 2)), "it has 2 channels and the model hears 1"),
        (np.full(4000, np.nan), "NaN"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(
    content: np.ndarray, reason: str, predictor: Predictor, tmp_path: Path
) -> None:
    path = write(tmp_path / "bad.wav", content, subtype="FLOAT")
    with pytest.raises(UserError, match=reason):
        list(predictor(path))


def test_channels_are_averaged_where_that_is_asked_for(
    run: Path, tmp_path: Path
) -> None:
    path = write(tmp_path / "stereo.wav", np.stack([sine(440), sine(440)], 1))
    (answer,) = Predictor(str(run), mix=True)(path)
    assert answer.decoded.argmax() == 1


def test_places_that_hold_no_recording_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no .*nowhere"):
        find_recordings([str(tmp_path / "nowhere")])
    with pytest.raises(UserError, match="no recording below"):
        find_recordings([str(tmp_path)])


def test_a_run_that_is_not_finished_is_told(run: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text((run / "config.yaml").read_text())
    with pytest.raises(UserError, match="is not finished; auris train resume="):
        Predictor(str(tmp_path))


def test_people_read_a_line_for_each_alarm_and_each_quiet_stretch(
    capsys: pytest.CaptureFixture[str],
) -> None:
    scores = {"a.wav": [0.1, 0.9, 0.2, 1.1, 7.25, 0.3], "b.wav": [0.4]}
    rows = [
        {
            "path": path,
            "start": float(at),
            "stop": at + 1.0,
            "score": score,
            "alarm": "yes" if score > 1 else "no",
        }
        for path, several in scores.items()
        for at, score in enumerate(several)
    ]
    write_text(iter(rows), ScoreOutput((), True))
    assert capsys.readouterr().out.splitlines() == [
        "a.wav  0.0-3.0 s  score up to 0.90",
        "a.wav  3.0-5.0 s  score up to 7.25  ALARM",
        "a.wav  5.0-6.0 s  score up to 0.30",
        "b.wav  0.0-1.0 s  score up to 0.40",
    ]


def test_rows_without_alarms_stay_as_they_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = {
        "path": "a.wav",
        "start": 0.0,
        "stop": 5.0,
        "class": "cat",
        "probability": 0.75,
        "p_cat": 0.75,
    }
    write_text(iter([row, {**row, "novelty": 0.99, "is_novel": True}]), ClassOutput(()))
    assert capsys.readouterr().out.splitlines() == [
        "a.wav  0.0-5.0 s  cat  0.7500",
        "a.wav  0.0-5.0 s  unlike the training data (cat?)",
    ]


def test_a_cut_recording_is_predicted_as_far_as_it_goes(
    predictor: Predictor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr("auris.inference.predictor.warn_user", said.append)
    path = cut_half(write(tmp_path / "tone.mp3", sine(500, 6.0, 16000), 16000))
    windows = list(predictor(path))
    assert windows[0].start == 0 and windows[-1].stop == pytest.approx(3.0, abs=0.3)
    assert next(predictor.rows(path, windows=False))["class"] == "tone"
    assert said == 2 * [f"{path} ends before its header says, as after a broken copy."]


def test_recordings_of_unknown_length_are_predicted_to_their_end(
    predictor: Predictor, tmp_path: Path
) -> None:
    sound = np.concatenate([1e-3 * noise(0, 4.0, 16000), 5 * noise(1, 4.0, 16000)])
    for path in (
        bare_mp3(tmp_path / "a.mp3", sound, 16000),
        unclosed_wav(tmp_path / "a.wav", sound, 16000),
    ):
        assert list(predictor(path))[-1].stop == pytest.approx(8.0, abs=0.2)


def test_what_is_no_sound_gives_no_answer(predictor: Predictor, tmp_path: Path) -> None:
    flipped = sine(440)
    flipped[100] = 3e29
    loud = write(tmp_path / "flipped.wav", flipped, subtype="FLOAT")
    slow = change_bytes(write(tmp_path / "slow.wav", sine(440)), 24, 1)
    for path, reason in ((loud, "full scale is 1"), (slow, "rate of 1 Hz")):
        with pytest.raises(UserError, match=f"{path} can't be used: .*{reason}"):
            list(predictor.rows(path, windows=False))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_an_answer_that_is_no_number_is_an_error(
    predictor: Predictor,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    value: float,
) -> None:
    decode = predictor.model.decode
    monkeypatch.setattr(predictor.model, "decode", lambda wave: value * decode(wave))
    path = write(tmp_path / "a.wav", sine(440))
    with pytest.raises(UserError, match="is not a finite number"):
        list(predictor.rows(path, windows=True))
