"""`auris diarize`: files that are right, and a sentence for what can't be answered."""

import csv
import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from conftest import REPOSITORY, noise, sine, write
from meetings import write_meeting

from auris.cli.main import main
from auris.core.errors import UserError
from auris.data.rttm import read_rttm
from auris.diarization import configuration
from auris.diarization.configuration import PLAIN, build_diarizer
from auris.diarization.output import format_csv
from auris.diarization.pipeline import Diarization, SpeakerRange
from auris.pretrained.fetch import Unavailable

_PACKAGE = "stages_of_mine"
WORDS = ("--settings", *PLAIN)


@pytest.fixture(scope="module")
def meeting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_meeting(tmp_path_factory.mktemp("meetings"))


@pytest.fixture(scope="module")
def found(meeting: Path) -> Diarization:
    """What the plain stages say of the meeting."""
    return build_diarizer(PLAIN)(meeting, SpeakerRange(2, 2))


@pytest.fixture(scope="module")
def written(meeting: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command writes of the meeting."""
    folder = tmp_path_factory.mktemp("written")
    reference = str(meeting.with_suffix(".rttm"))
    words = ["--to", str(folder), "--speakers", "2", "--reference", reference]
    main(["diarize", str(meeting), *words, *WORDS])
    return folder / meeting.stem


def refused(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Hold the sentence with which the command ends."""
    with pytest.raises(SystemExit) as end:
        main(["diarize", *words])
    assert end.value.code == 1
    assert says in capsys.readouterr().err


def test_the_turns_of_a_meeting_are_found(written: Path) -> None:
    record = json.loads((written / "früh am Tag.json").read_text(encoding="utf-8"))
    assert record["errors"]["der"] < 0.2
    assert record["errors"]["confusion"] < 0.05 * record["errors"]["speech"]
    assert record["speakers"] == 2 and record["speakers_given"]
    assert record["knows_voices"] is False and record["weights"] == []


def test_all_forms_say_the_same(written: Path) -> None:
    record = json.loads((written / "früh am Tag.json").read_text(encoding="utf-8"))
    turns = [(turn["start"], turn["stop"], turn["speaker"]) for turn in record["turns"]]
    (rttm,) = read_rttm(written / "früh am Tag.rttm").values()
    assert [tuple(turn) for turn in rttm] == [
        (pytest.approx(a, abs=2e-3), pytest.approx(b, abs=2e-3), who)
        for a, b, who in turns
    ]
    with (written / "früh am Tag.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["start"]) for row in rows] == [start for start, _, _ in turns]
    labels = (written / "früh am Tag.txt").read_text().splitlines()
    assert labels[0].split("\t")[2] == "speaker1" and len(labels) == len(turns)


def test_speakers_are_numbered_as_they_first_speak(found: Diarization) -> None:
    assert found.turns[0].speaker == "speaker1"
    assert {turn.speaker for turn in found.turns} == {"speaker1", "speaker2"}
    assert len(format_csv(found).splitlines()) == 1 + len(found.turns)


@pytest.mark.parametrize(
    ("wave", "rate", "says"),
    [
        (np.zeros(32000), 16000, "Nobody speaks in"),
        (0.1 * np.ones(32000), 16000, "Nobody speaks in"),
        (noise(0, 3.0), 8000, "Nobody speaks in"),
        (sine(440, 0.01), 8000, "too short"),
        (np.full(8000, np.nan), 8000, "NaN"),
    ],
)
def test_what_can_not_be_answered_is_told(
    wave: np.ndarray,
    rate: int,
    says: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = write(tmp_path / "x.wav", wave, rate, subtype="FLOAT")
    refused([str(path), "--to", str(tmp_path / "out"), *WORDS], says, capsys)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("rate", [8000, 44100])
def test_short_recordings_of_any_rate_and_channels_have_an_answer(
    rate: int, tmp_path: Path
) -> None:
    burst = np.concatenate([0.001 * noise(1, 0.7, rate), noise(0, 0.6, rate)])
    talk = np.concatenate([burst, 0.001 * noise(2, 0.7, rate)])
    both = np.stack([talk, np.zeros_like(talk)], 1)
    path = write(tmp_path / "two seconds.wav", both, rate)
    diarization = build_diarizer(PLAIN)(path)
    assert diarization.evidence.number == 1
    (turn,) = diarization.turns
    assert turn[:2] == pytest.approx((0.7, 1.3), abs=0.1)


def test_channels_of_opposite_sign_are_heard(tmp_path: Path) -> None:
    burst = np.concatenate([0.001 * noise(1, 1.0), noise(0, 1.0)])
    path = write(tmp_path / "x.wav", np.stack([burst, -burst], 1))
    (turn,) = build_diarizer(PLAIN)(path).turns
    assert turn[:2] == pytest.approx((1.0, 2.0), abs=0.1)


def test_others_go_on_where_one_recording_can_not_be_used(
    meeting: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = write(tmp_path / "a.wav", np.zeros(32000), 16000)
    words = [str(silent), str(meeting), "--to", str(tmp_path / "o"), *WORDS]
    refused(words, "Nobody speaks in", capsys)
    assert (tmp_path / "o" / meeting.stem / f"{meeting.stem}.rttm").is_file()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--speakers", "0"], "whole number from 1"),
        (["--speakers", "2", "--max-speakers", "3"], "--speakers alone"),
        (["--min-speakers", "4", "--max-speakers", "3"], "can't be 4 speakers or more"),
        (["--reference", "none.rttm"], "none.rttm can't be read"),
        (["--settings", "speech=silence"], "speech"),
        (["--settings", "max_gap=long"], "max_gap"),
        (["--settings", "speech._target_=os.system"], "may not name"),
    ],
)
def test_wrong_words_are_told(
    words: list[str], says: str, meeting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused([str(meeting), *words], says, capsys)


def test_plain_stages_serve_where_weights_can_not_be_had(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise Unavailable("The weights can't be fetched.")

    monkeypatch.setattr("auris.diarization.silero.fill_module", refuse)
    with caplog.at_level("WARNING", "auris"):
        assert build_diarizer(()).embedding.is_plain
    assert "do not trust their answer" in caplog.text
    with pytest.raises(UserError, match="can't be fetched"):
        build_diarizer(["max_gap=1.0"])


def test_a_stage_of_a_package_takes_the_place_of_another(
    meeting: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (REPOSITORY / "docs/diarization.md").read_text(encoding="utf-8")
    text = text.replace("my_package", _PACKAGE)  # which no other test imports
    code = text.split("```python\n")[1].split("```")[0]
    words = shlex.split(text.split("--plugins ")[1].split("\n")[0])
    package = tmp_path / _PACKAGE
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "two.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    stages = build_diarizer([*words[2:], *PLAIN], plugins=words[:1])
    assert stages(meeting).evidence.number == 2
    with pytest.raises(UserError, match=f"may not name {_PACKAGE}"):
        build_diarizer([*words[2:], *PLAIN])


def test_every_stage_composes() -> None:
    folder = configuration.config_folder() / "diarization"
    for path in folder.glob("*/*.yaml"):
        word = f"{path.parent.name}={path.stem}"
        assert configuration.compose_tree("stages", [word])
