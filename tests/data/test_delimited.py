"""Tables as programs of offices write them: separators, decimal commas, encodings, lines."""

from pathlib import Path

import pytest
from conftest import noise, write

from auris.core.errors import UserError
from auris.data import delimited
from auris.data.clips import Clip
from auris.data.delimited import read_delimited
from auris.data.tables import read_table

ROWS = ["path{0}label{0}start{0}stop", "Säge 1.wav{0}Säge{0}0{1}5{0}1{1}25"]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings since the test began."""
    sentences: list[str] = []
    monkeypatch.setattr(delimited, "warn_user", sentences.append)
    return sentences


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "clips.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    ("separator", "point"),
    [(",", "."), (";", ","), (";", "."), ("\t", ","), ("|", ".")],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_a_table_reads_the_same_however_it_is_written(
    tmp_path: Path,
    said: list[str],
    encoding: str,
    separator: str,
    point: str,
    ends: str,
) -> None:
    text = ends.join(row.format(separator, point) for row in [*ROWS, ""])
    (clip,) = read_table(table(tmp_path, text, encoding))
    path = tmp_path / "Säge 1.wav"
    assert clip == Clip(path, "Säge", str(path), start=0.5, stop=1.25)
    assert said == []


def test_windows_letters_are_read_and_that_is_said(
    tmp_path: Path, said: list[str]
) -> None:
    text = "\r\n".join(row.format(";", ",") for row in ROWS)
    (clip,) = read_table(table(tmp_path, text, "cp1252"))
    assert clip.label == "Säge"
    (sentence,) = said
    assert "read as Windows-1252" in sentence


@pytest.mark.parametrize(
    "header",
    [
        "Pfad;Klasse;Gruppe;Anfang;Ende",
        "Dateiname;Kategorie;Sitzung;Beginn;Ende",
        " PATH ; Label;GROUP ;Start Time (s);End Time [s]",
        '"Begin File";"Class";"Group";"Begin Time (s)";"End Time (s)"',
        "sep=;\npath;label;group;start;stop",
    ],
)
def test_usual_headers_are_understood(
    tmp_path: Path, said: list[str], header: str
) -> None:
    (clip,) = read_table(table(tmp_path, f"{header}\na.wav;cat;tom;1,5;2\n"))
    path = tmp_path / "a.wav"
    assert clip == Clip(path, "cat", "tom", start=1.5, stop=2.0)
    assert said == []


def test_the_separator_is_the_one_that_the_header_knows(tmp_path: Path) -> None:
    text = "path;label\na,b,c.wav;dog, barks, often\n"
    (clip,) = read_table(table(tmp_path, text))
    assert (clip.path.name, clip.label) == ("a,b,c.wav", "dog, barks, often")


def test_blank_lines_are_passed_over_and_counted(tmp_path: Path) -> None:
    path = table(tmp_path, '\nnote;path\n;;\n"two\nlines";a\n\n x;b\n;;;\n')
    rows = read_delimited(path, len).rows
    assert [row.line for row in rows] == [2, 4, 7]
    assert rows[1].cells == ["two\nlines", "a"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("path,label\n\n\n,cat\n", "line 4: the path"),
        ("sep=;\npath;label\n\n;cat\n", "line 4: the path"),
        ("path,label,start\na.wav,cat,0,5\n", "line 2: 4 cells and 3 columns .*quot"),
        (
            'path,label\n"a.wav,cat\nb.wav,dog\n',
            "line 2: path goes on in the next line",
        ),
        ("path,label,fold\na.wav,cat,inf\n", "line 2: .*inf is not a finite number"),
        ("path,label,start\na.wav,cat,1e400\n", "line 2: .*not a finite number"),
        ("path,label,stop\na.wav,cat,inf\n", "line 2: .*inf is not a finite number"),
        ("path,label,fold\na.wav,cat,1.5\n", "1.5 is not a whole number"),
        ("path;label;start\na.wav;cat;1.234,5\n", "'1.234,5'"),
        ("path,label\na.wav,c\0at\n", "not a CSV file: line 2 holds a NUL"),
        ("Ton;Art\na.wav;cat\n", "lacks the column path; its columns are Ton, Art;"),
    ],
)
def test_what_no_table_holds_is_named_with_its_line(
    tmp_path: Path, text: str, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        read_table(table(tmp_path, text))


def test_a_workbook_is_told_how_to_be_saved(tmp_path: Path) -> None:
    path = tmp_path / "clips.xlsx"
    path.write_bytes(b"PK\x03\x04 and more")
    with pytest.raises(UserError, match="is a workbook; save its sheet as CSV"):
        read_table(path)


def test_backslashes_lead_to_files(tmp_path: Path) -> None:
    wanted = write(tmp_path / "Meine Aufnahmen/Hund bellt/a.wav", noise(0))
    text = "path;label\nlist\\..\\Meine Aufnahmen\\Hund bellt\\a.wav;dog\n"
    assert read_table(table(tmp_path, text))[0].path == wanted


def test_a_backslash_may_be_part_of_a_name(tmp_path: Path) -> None:
    write(tmp_path / "a/b.wav", noise(0))
    wanted = write(tmp_path / "a\\b.wav", noise(1))
    assert read_table(table(tmp_path, "path,label\na\\b.wav,dog\n"))[0].path == wanted


def test_a_tilde_is_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    wanted = write(tmp_path / "home/a.wav", noise(0))
    assert read_table(table(tmp_path, "path,label\n~/a.wav,dog\n"))[0].path == wanted


def test_a_path_that_is_too_long_is_nowhere(tmp_path: Path) -> None:
    text = f"path,label\n{'a' * 300}.wav,dog\n"
    assert read_table(table(tmp_path, text))[0].path == tmp_path / f"{'a' * 300}.wav"


def test_an_apostrophe_before_a_formula_goes_away(tmp_path: Path) -> None:
    text = "path,label\na.wav,'-1\nb.wav,'tis\n"
    assert [clip.label for clip in read_table(table(tmp_path, text))] == ["-1", "'tis"]
