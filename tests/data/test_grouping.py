"""What stays in one set: sessions, by folder, pattern or column, and copies."""

from pathlib import Path

import pytest
from conftest import noise, write

from auris.core.errors import UserError
from auris.data.clips import Clip, read_folder
from auris.data.columns import list_columns
from auris.data.grouping import group_by_path
from auris.data.tables import read_table


def clips_below(root: Path, *names: str) -> list[Clip]:
    """Clips whose class is the first of the folders that they are in."""
    return [
        Clip(root / name, name.split("/")[0], group=str(root / name)) for name in names
    ]


def groups(clips: list[Clip]) -> list[str]:
    return [clip.group for clip in clips]


def test_a_folder_is_a_session_of_all_classes(tmp_path: Path) -> None:
    names = ["dog/May 1/a.wav", "cat/May 1/b.wav", "cat/May 2/left/c.wav", "cat/d.wav"]
    clips = group_by_path(clips_below(tmp_path, *names), "folder", tmp_path)
    alone = str(tmp_path / "cat/d.wav")
    assert groups(clips) == ["May 1", "May 1", "May 2/left", alone]


def test_folders_of_sets_are_no_part_of_a_session(tmp_path: Path) -> None:
    for number, name in enumerate(("train/cat/s1/a", "test/cat/s1/b", "test/dog/c")):
        write(tmp_path / f"{name}.wav", noise(number))
    write(tmp_path / "train/dog/d.wav", noise(9))
    clips = group_by_path(read_folder(tmp_path), "folder", tmp_path)
    assert {clip.group for clip in clips if clip.label == "cat"} == {"s1"}


def test_a_pattern_says_what_recordings_have_in_common(tmp_path: Path) -> None:
    clips = clips_below(tmp_path, "dog/s12_1.wav", "dog/s12_2.wav", "cat/s3_1.wav")
    assert groups(group_by_path(clips, r"/s(\d+)_", tmp_path)) == ["12", "12", "3"]


def test_paths_without_the_pattern_are_named(tmp_path: Path) -> None:
    clips = clips_below(tmp_path, "dog/s1.wav", "dog/x.wav", "cat/y.wav")
    with pytest.raises(UserError, match=r"in 2 of 3 paths: dog/x.wav, cat/y.wav\."):
        group_by_path(clips, r"s(\d)", tmp_path)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("s[1", "is no regular expression"),
        (r"s\d+", r"is not folder, a column \(path, who\) or .* one group in brackets"),
        ("(a)(b)", "one group in brackets"),
    ],
)
def test_what_is_no_rule_is_refused(tmp_path: Path, rule: str, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        group_by_path(clips_below(tmp_path, "a/b.wav"), rule, tmp_path, ["path", "who"])


def test_a_column_says_who_belongs_together(tmp_path: Path) -> None:
    table = tmp_path / "clips.csv"
    table.write_text("path,label,group,Who did\na.wav,cat,g,tom\nb.wav,cat,g,\n")
    clips = read_table(table, "who did")
    assert groups(clips) == ["tom", str(tmp_path / "b.wav")]
    assert list_columns(clips) == []  # none that nothing reads


def test_rows_of_a_table_are_grouped_by_their_folders(tmp_path: Path) -> None:
    table = tmp_path / "clips.csv"
    table.write_text("path,label,\nrec/s1/a.wav,cat,\nrec/cat/s2/b.wav,cat,\n")
    assert groups(read_table(table, "folder")) == ["rec/s1", "rec/s2"]
