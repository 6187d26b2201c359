"""The table over simulated meetings: its figures, intervals over recordings, the same meetings."""

import json
from pathlib import Path

import pytest
from conftest import noise, write

from auris.cli.main import main
from auris.data.rttm import read_rttm
from auris.data.turns import Turn
from auris.diarization.benchmark import (
    Scored,
    count_right,
    estimate,
    score_answer,
    tabulate_scores,
)
from auris.diarization.configuration import PLAIN
from auris.diarization.error_rate import DiarizationErrors

SHORT = ("duration=12", "speakers=2", "rt60=0.2", "laws.turn=2.0")


def errors(miss: float, found: int = 2) -> DiarizationErrors:
    return DiarizationErrors(10, miss, 0, 0, 0.2, 2, found)


def test_figures_are_of_all_recordings_and_intervals_over_them() -> None:
    same = estimate([errors(1)] * 5, lambda e: e.error_rate)
    assert same == (pytest.approx(0.1),) * 3
    apart = estimate([errors(0), errors(2)] * 10, lambda e: e.error_rate)
    assert apart.value == pytest.approx(0.1)
    assert 0.04 < apart.low < 0.08 < 0.12 < apart.high < 0.16


def test_the_right_numbers_are_counted() -> None:
    scores = [Scored(errors(0, found), errors(0)) for found in (1, 2, 2)]
    assert count_right(scores) == 2
    assert tabulate_scores(scores)["missed"].value == 0


def test_the_lenient_figures_leave_out_collars_and_overlap(tmp_path: Path) -> None:
    (tmp_path / "m.rttm").write_text(
        "SPEAKER m 1 0 10 <NA> <NA> A\nSPEAKER m 1 8 10 <NA> <NA> B\n"
    )
    answer = [Turn(0.2, 9.0, "x"), Turn(9.0, 18.0, "y")]
    score = score_answer(tmp_path / "m.flac", answer)
    assert score.lenient.error_rate == 0
    assert score.strict.miss == pytest.approx(2.2)


def test_one_command_makes_the_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["meetings", "--count", "2", "--to", str(tmp_path), "--stages", *PLAIN]
    main([*words, "--settings", *SHORT])
    (folder,) = tmp_path.iterdir()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"Meetings: {folder}"
    table = [line for line in lines if line.startswith("|")]
    assert len(table) == 5 and table[-1].startswith("| always one speaker | ")
    record = json.loads((folder / "errors.json").read_text())
    assert record["settings"]["speakers"] == 2 and record["stages"] == list(PLAIN)
    scores = record["errors"]["stages"]
    assert len(scores) == 2
    assert all(score["strict"]["speech"] > 5 for score in scores)


def test_voices_of_any_folder_talk(tmp_path: Path) -> None:
    root = tmp_path / "Stimmen (früh), 2"
    for speaker in range(10):
        wave = 0.001 * noise(speaker, 3.0, 16000)
        wave[8000:40000] += noise(100 + speaker, 2.0, 16000)
        write(root / f"s{speaker}" / "a.wav", wave, 16000)
    words = ["--count", "1", "--simulate-only", "--to", str(tmp_path / "m")]
    main(["meetings", *words, "--settings", *SHORT, f"voices={root}"])
    (path,) = (tmp_path / "m").glob("*/*.rttm")
    (turns,) = read_rttm(path).values()
    assert turns and {turn.speaker for turn in turns} <= {"s0", "s5"}  # these test


def test_meetings_are_simulated_once(tmp_path: Path) -> None:
    words = ["meetings", "--count", "1", "--simulate-only", "--to", str(tmp_path)]
    main([*words, "--settings", *SHORT])
    (path,) = tmp_path.glob("*/*.flac")
    before = path.stat().st_mtime_ns
    (turns,) = read_rttm(path.with_suffix(".rttm")).values()
    assert {turn.speaker for turn in turns} <= {f"test{number}" for number in range(40)}
    main([*words, "--settings", *SHORT])
    assert path.stat().st_mtime_ns == before
    main([*words, "--settings", *SHORT, "seed=1"])
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("speakers=0", "speakers=0 should be a whole number from 1 to 20"),
        ("snr=[20,10]", "snr=[20, 10] should begin with the smaller"),
        ("split=tset", "did you mean test"),
        ("laws.overlap=0.7", "from 0 to 0.5"),
        ("voices=nowhere", "voices=nowhere has 0 speakers"),
    ],
)
def test_wrong_laws_are_told(
    word: str, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["meetings", "--to", str(tmp_path), "--settings", word])
    assert says in capsys.readouterr().err
