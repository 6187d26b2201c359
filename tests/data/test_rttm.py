"""RTTM is read and written as it is meant, and what is wrong in it is told with its line."""

from pathlib import Path

import pytest

from auris.core.errors import UserError
from auris.data.rttm import format_rttm, read_rttm, turns_of
from auris.data.turns import Turn

NAMES = ("Ägir", "\u5f35\u4e09", "x|<>&\"'", "MEE009")


def test_any_name_is_written_and_read(tmp_path: Path) -> None:
    turns = [Turn(i, i + 0.5, name) for i, name in enumerate(NAMES)]
    path = tmp_path / "all.rttm"
    path.write_text(format_rttm({"früh": turns}), encoding="utf-8")
    assert read_rttm(path) == {"früh": turns}


def test_spaces_in_a_name_become_a_line() -> None:
    assert " Ann_Lee <NA>" in format_rttm({"a b": [Turn(0, 1, " Ann  Lee")]})


def test_files_of_others_are_read(tmp_path: Path) -> None:
    path = tmp_path / "x.rttm"
    path.write_bytes(
        b"\xef\xbb\xbf;; a comment\r\n"
        b"SPKR-INFO m 1 <NA> <NA> <NA> unknown A <NA>\r\n"
        b"SPEAKER  m 1\t0.50   1.25 <NA> <NA> A <NA>\r\n\r\n"
        b"SPEAKER m 1 3 0 <NA> <NA> B <NA> <NA>\r\n"
    )
    assert read_rttm(path) == {"m": [Turn(0.5, 1.75, "A")]}
    assert turns_of(path, "other") == [Turn(0.5, 1.75, "A")]


def test_overlapping_turns_of_a_speaker_are_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "x.rttm"
    path.write_text(
        format_rttm({"m": [Turn(0, 2, "A"), Turn(1, 3, "A"), Turn(1, 2, "B")]})
    )
    with caplog.at_level("WARNING", "auris"):
        assert read_rttm(path) == {"m": [Turn(0, 3, "A"), Turn(1, 2, "B")]}
    assert "overlap in m for 1.00 s" in caplog.text


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("SPEAKER m 1 0 1 <NA> <NA>", "line 2 has 7 fields"),
        ("SPEAKER m 1 0,5 1 <NA> <NA> A", "line 2: the start is 0,5"),
        ("SPEAKER m 1 0 -1 <NA> <NA> A", "line 2: the duration is -1"),
        ("SPEAKER m 1 nan 1 <NA> <NA> A", "line 2: the start is nan"),
        ("0.5 1.0 A", "line 2 is no RTTM"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(
    line: str, says: str, tmp_path: Path
) -> None:
    path = tmp_path / "x.rttm"
    path.write_text(f"SPEAKER m 1 0 1 <NA> <NA> A\n{line}\n")
    with pytest.raises(UserError, match=says):
        read_rttm(path)


def test_a_recording_that_is_not_named_is_told(tmp_path: Path) -> None:
    path = tmp_path / "x.rttm"
    path.write_text(format_rttm({"m": [Turn(0, 1, "A")], "n": [Turn(0, 1, "A")]}))
    with pytest.raises(UserError, match="says nothing of o; it names m, n"):
        turns_of(path, "o")
    with pytest.raises(UserError, match="can't be read"):
        read_rttm(tmp_path / "none.rttm")
