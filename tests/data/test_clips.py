"""Tables, folders and names: what becomes a clip, and what is refused."""

import math
import os
import unicodedata
from pathlib import Path

import pytest
from conftest import fill, noise, sine, write

from auris.core.errors import UserError
from auris.data.clips import Clip, read_esc, read_folder
from auris.data.columns import read_number, warn_of_unused
from auris.data.folders import list_recordings, name_of
from auris.data.tables import read_table
from auris.tasks.localization.targets import conditions_of, direction_of


def table(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "clips.csv"
    path.write_text(text, encoding=encoding)
    return path


def test_table_gives_every_column(tmp_path: Path) -> None:
    path = table(
        tmp_path,
        "label,path,fold,group,split,start,stop\ncat,a/b.wav,3,tom,validation,0.5,1.25\n",
    )
    assert read_table(path) == [
        Clip(tmp_path / "a/b.wav", "cat", "tom", 3, "val", 0.5, 1.25)
    ]


def test_table_says_which_machine_and_under_which_conditions(tmp_path: Path) -> None:
    first, second = read_table(
        table(
            tmp_path,
            "path,label,section,domain\na.wav,normal,fan,source\nb.wav,odd,,\n",
        )
    )
    assert first.columns == {"section": "fan", "domain": "source"}
    assert second.columns == {} and second.cell("section") == ""


def test_table_needs_path_and_label_only(tmp_path: Path) -> None:
    (clip,) = read_table(table(tmp_path, "path,label\na.wav,cat\n"))
    assert clip == Clip(tmp_path / "a.wav", "cat", group=str(tmp_path / "a.wav"))
    assert (clip.fold, clip.split, clip.start, clip.stop) == (None, None, 0.0, None)


def test_table_takes_absolute_paths(tmp_path: Path) -> None:
    assert read_table(table(tmp_path, "path,label\n/far/a.wav,cat\n"))[0].path == Path(
        "/far/a.wav"
    )


def test_table_ignores_other_columns_and_spaces(tmp_path: Path) -> None:
    (clip,) = read_table(table(tmp_path, "who,path,label\nme, a.wav , cat \n"))
    assert (clip.path, clip.label) == (tmp_path / "a.wav", "cat")


def test_table_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    assert (
        read_table(table(tmp_path, "path,label\na.wav,chaton né\n", "utf-8-sig"))[
            0
        ].label
        == "chaton né"
    )


def test_empty_cells_count_as_absent(tmp_path: Path) -> None:
    (clip,) = read_table(
        table(tmp_path, "path,label,fold,group,split,start,stop\na.wav,cat,,,, ,\n")
    )
    assert clip == Clip(tmp_path / "a.wav", "cat", group=str(tmp_path / "a.wav"))


def test_short_rows_count_as_empty_cells(tmp_path: Path) -> None:
    assert read_table(table(tmp_path, "path,label,fold\na.wav,cat\n"))[0].fold is None


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("train", "train"),
        ("Training", "train"),
        ("dev", "val"),
        ("VALID", "val"),
        ("eval", "test"),
        ("test", "test"),
    ],
)
def test_splits_go_by_many_names(tmp_path: Path, word: str, name: str) -> None:
    assert (
        read_table(table(tmp_path, f"path,label,split\na.wav,cat,{word}\n"))[0].split
        == name
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "has no rows"),
        ("path,label\n", "has no rows"),
        ("sound,label\na.wav,cat\n", "lacks the column path"),
        ("path,label,Label\na.wav,cat,dog\n", "more than one column label"),
        ("path:label\na.wav:cat\n", "lacks the column path"),
        ("path,label\n,cat\n", "line 2: the path of a recording must be given"),
        ("path,label,who,Who\na.wav,cat,me,you\n", "more than one column who"),
        (
            "path,label,fold\na.wav,cat,one\n",
            "line 2: fold, start and stop must be numbers .*'one'",
        ),
        ("path,label,start\na.wav,cat,soon\n", "must be numbers .*'soon'"),
        ("path,label,start\na.wav,cat,-1\n", "start must not be negative"),
        ("path,label,start,stop\na.wav,cat,2,1\n", "stop must come after"),
        ("path,label,start,stop\na.wav,cat,2,2\n", "stop must come after"),
        ("path,label,start,stop\na.wav,cat,0,nan\n", "nan is not a finite number"),
        ("path,label,split\na.wav,cat,tset\n", "unknown split tset; did you mean test"),
    ],
)
def test_wrong_table_is_refused_in_one_sentence(
    tmp_path: Path, text: str, says: str
) -> None:
    with pytest.raises(UserError, match=says) as error:
        read_table(table(tmp_path, text))
    assert str(tmp_path / "clips.csv") in str(error.value)


def test_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no table"):
        read_table(tmp_path / "clips.csv")
    with pytest.raises(UserError, match="There is no table"):
        read_table(tmp_path)


def test_recording_in_place_of_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not a CSV file"):
        read_table(write(tmp_path / "a.wav", noise(0)))


def test_sub_folders_are_classes_and_files_groups(folder: Path) -> None:
    clips = read_folder(folder)
    assert [clip.label for clip in clips] == 10 * ["hiss"] + 10 * ["tone"]
    assert clips[0] == Clip(
        folder / "hiss/0.wav", "hiss", group=str(folder / "hiss/0.wav")
    )


def test_recordings_are_found_at_any_depth_and_nothing_else(tmp_path: Path) -> None:
    wanted = [
        write(tmp_path / name, sine(440)) for name in ("A.WAV", "b/c/d.flac", "b/e.ogg")
    ]
    write(tmp_path / "._A.wav", sine(440))  # what macOS leaves on foreign disks
    (tmp_path / "b/notes.txt").write_text("not audio")
    (tmp_path / "folder.wav").mkdir()
    assert list_recordings(tmp_path) == wanted


def test_files_beside_the_classes_are_not_clips(folder: Path) -> None:
    write(folder / "stray.wav", sine(440))
    write(folder / ".trash" / "old.wav", sine(440))
    assert {clip.label for clip in read_folder(folder)} == {"hiss", "tone"}


def test_folder_needs_two_classes_with_recordings(tmp_path: Path) -> None:
    write(tmp_path / "tone/a.wav", sine(440))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="two or more sub-folders"):
        read_folder(tmp_path)


def test_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no folder .*nowhere"):
        read_folder(tmp_path / "nowhere")


def test_esc_names_tell_fold_recording_and_class() -> None:
    paths = [Path("audio/3-156907-B-5.wav"), Path("1-187207-A-20.wav")]
    assert read_esc(paths, {5: "cat", 20: "crying_baby"}) == [
        Clip(paths[0], "cat", group="156907", fold=3),
        Clip(paths[1], "crying_baby", group="187207", fold=1),
    ]


def test_other_esc_classes_and_other_names_are_passed_over() -> None:
    names = ["1-187207-A-20.wav", "my-own-cat-purring.wav", "cat.wav", "1-2-3.wav"]
    assert read_esc(map(Path, names), {5: "cat"}) == []


def test_a_table_of_directions(tmp_path: Path) -> None:
    table = tmp_path / "clips.csv"
    table.write_text(
        "path,azimuth,elevation,rt60,snr,distance\na.wav,-170.5,20,0.4,,1.5\nb.wav,90,,,,\n"
    )
    first, second = read_table(table)
    assert first.label == "" and direction_of(first) == (-170.5, 20.0)
    assert direction_of(second) == (90.0, 0.0)
    unknown = (conditions_of(first)[1], *conditions_of(second))
    assert conditions_of(first)[::2] == (0.4, 1.5) and all(map(math.isnan, unknown))


def test_a_number_may_have_a_decimal_comma(tmp_path: Path) -> None:
    text = "path;rt60;note\na.wav;-0,5;a,b\n"
    (clip,) = read_table(table(tmp_path, text))
    assert read_number(clip, "rt60") == -0.5
    assert clip.cell("note") == "a,b"


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ("361,0", "azimuth is 361"),
        ("10,91", "elevation is 91"),
        ("left,0", "azimuth is left .*from -360 to 360"),
        ("nan,0", "azimuth is nan"),
    ],
)
def test_a_direction_out_of_range_is_refused(
    tmp_path: Path, cells: str, sentence: str
) -> None:
    table = tmp_path / "clips.csv"
    table.write_text(f"path,azimuth,elevation\na.wav,{cells}\n")
    (clip,) = read_table(table)
    with pytest.raises(UserError, match=f"line 2: {sentence}"):
        direction_of(clip)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings since the test began."""
    sentences: list[str] = []
    for module in ("clips", "columns", "folders"):
        monkeypatch.setattr(f"auris.data.{module}.warn_user", sentences.append)
    return sentences


@pytest.mark.parametrize(
    "header",
    [
        "path,label,start,stop",
        "filename,class,start_time,end_time",
        "file,label,start,end",
        " Path, Label ,START,Stop",
        "File,category,Start (s),End (s)",
    ],
)
def test_usual_names_of_columns_are_understood(
    tmp_path: Path, said: list[str], header: str
) -> None:
    (clip,) = read_table(table(tmp_path, f"{header}\na.wav, cat,1,2.5\n"))
    assert (clip.path, clip.label) == (tmp_path / "a.wav", "cat")
    assert (clip.start, clip.stop) == (1.0, 2.5)
    assert said == []


def test_known_names_come_before_those_of_others(tmp_path: Path) -> None:
    text = "path,label,stop,end,Class\na.wav,cat,1,9,dog\n"
    (clip,) = read_table(table(tmp_path, text))
    assert (clip.label, clip.stop) == ("cat", 1.0)
    assert clip.columns == {"end": "9", "class": "dog"}


def test_columns_that_are_not_used_are_named(tmp_path: Path, said: list[str]) -> None:
    clips = read_table(table(tmp_path, "path,label,folds,Who\na.wav,cat,1,me\n"))
    warn_of_unused(clips, used=())
    warn_of_unused(clips, used=("folds", "who"))
    (sentence,) = said
    assert "not used: folds, who; did you mean fold?" in sentence


def test_a_quoted_cell_may_follow_a_blank(tmp_path: Path) -> None:
    (clip,) = read_table(table(tmp_path, 'path, label\na.wav, "a, b"\n'))
    assert clip.label == "a, b"


NFC, NFD = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))


def test_one_word_in_two_forms_is_one_class(tmp_path: Path) -> None:
    for number, name in enumerate((NFC, NFD, "hiss")):
        write(tmp_path / name / f"{number}.wav", noise(number))
    assert {clip.label for clip in read_folder(tmp_path)} == {NFC, "hiss"}
    text = f"path,label,group\na.wav,{NFC},{NFC}\nb.wav,{NFD},{NFD}\n"
    one, other = read_table(table(tmp_path, text))
    assert one.label == other.label == NFC and one.group == other.group == NFC


@pytest.mark.parametrize(("disk", "written"), [(NFD, NFC), (NFC, NFD)])
def test_files_are_found_in_the_other_form(
    tmp_path: Path, disk: str, written: str
) -> None:
    path = write(tmp_path / disk / f"{disk}.wav", noise(0))
    (clip,) = read_table(table(tmp_path, f"path,label\n{written}/{written}.wav,cat\n"))
    assert clip.path.is_file() and clip.path.samefile(path)


def test_links_to_folders_are_followed_once(tmp_path: Path) -> None:
    write(tmp_path / "disk/deep/b.wav", noise(0))
    write(tmp_path / "set/tone/a.wav", noise(1))
    (tmp_path / "set/tone/second").symlink_to(tmp_path / "disk")
    (tmp_path / "set/tone/again").symlink_to(tmp_path / "disk/deep")
    (tmp_path / "disk/back").symlink_to(tmp_path / "set/tone")
    (tmp_path / "disk/self").symlink_to(tmp_path / "disk")
    names = [path.name for path in list_recordings(tmp_path / "set/tone")]
    assert names == ["a.wav", "b.wav"]


def test_links_to_nothing_are_listed_as_recordings(tmp_path: Path) -> None:
    (tmp_path / "a.wav").symlink_to(tmp_path / "gone")
    assert list_recordings(tmp_path) == [tmp_path / "a.wav"]


def test_what_systems_leave_is_no_data(folder: Path, said: list[str]) -> None:
    before = read_folder(folder)
    for place in (
        *("tone/.Trash-1000/files", "tone/.ipynb_checkpoints", "tone/__MACOSX/x"),
        *("hiss/@eaDir", "hiss/$RECYCLE.BIN", "__MACOSX", "lost+found"),
    ):
        write(folder / place / "old.wav", noise(99))
    assert read_folder(folder) == before and said == []


def test_all_endings_of_sound_are_listed(tmp_path: Path, said: list[str]) -> None:
    names = ["a.wave", "b.BWF", "c.rf64", "d.aac", "e.webm", "f.m4a", "g.amr"]
    for name in names:
        (tmp_path / name).touch()
    assert [path.name for path in list_recordings(tmp_path)] == names
    assert said == []


def test_other_endings_are_counted_and_named(tmp_path: Path, said: list[str]) -> None:
    for name in ("1.xyz", "2.XYZ", "nothing", "a.txt", "b.png", "README"):
        (tmp_path / name).touch()
    assert list_recordings(tmp_path) == []
    (sentence,) = said
    assert "3 files" in sentence and "(2 .xyz, 1 without an ending)" in sentence


def test_classes_without_recordings_are_named(folder: Path, said: list[str]) -> None:
    (folder / "phone").mkdir()
    (folder / "phone/notes.txt").touch()
    assert {clip.label for clip in read_folder(folder)} == {"hiss", "tone"}
    assert said == [f"No recordings are in {folder / 'phone'}."]


def test_folders_of_splits_are_splits(tmp_path: Path) -> None:
    for name in ("train", "Validation", "test"):
        fill(tmp_path / name, 2)
    clips = read_folder(tmp_path)
    assert {clip.label for clip in clips} == {"hiss", "tone"} and len(clips) == 12
    found = {(clip.path.parts[-3], clip.split) for clip in clips}
    assert found == {("train", "train"), ("Validation", "val"), ("test", "test")}


def test_folders_of_folds_are_folds(tmp_path: Path) -> None:
    for number in (1, 2, 10):
        fill(tmp_path / f"fold{number}", 2)
    clips = read_folder(tmp_path)
    assert {clip.label for clip in clips} == {"hiss", "tone"}
    assert all(clip.path.parts[-3] == f"fold{clip.fold}" for clip in clips)


@pytest.mark.parametrize(
    "names",
    [
        ("train/a", "test/b"),
        ("fold1/a", "fold2/b"),
        ("train/tone/a", "test/tone/b", "noise/c"),
    ],
)
def test_folders_that_may_be_splits_or_classes_are_asked_about(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    for number, name in enumerate(names):
        write(tmp_path / f"{name}.wav", noise(number))
    with pytest.raises(UserError, match="look like splits or folds"):
        read_folder(tmp_path)


def test_one_class_may_have_the_name_of_a_split(tmp_path: Path) -> None:
    write(tmp_path / "train/a.wav", noise(0))
    write(tmp_path / "car/a.wav", noise(1))
    assert {clip.label for clip in read_folder(tmp_path)} == {"car", "train"}


def test_names_that_are_not_text_are_named(tmp_path: Path, said: list[str]) -> None:
    path = write(tmp_path / "tone/a.wav", noise(0))
    try:
        path.rename(tmp_path / "tone/moder\udce0.wav")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes names in UTF-8 only")
    assert list_recordings(tmp_path) == []
    (sentence,) = said
    assert "not in UTF-8" in sentence and "moder\ufffd.wav" in sentence


def test_a_class_is_the_same_in_every_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsencode", lambda name: name.encode("latin-1"))
    in_latin = "café".encode().decode("latin-1")
    assert name_of(Path("recordings", in_latin)) == "café"
    assert name_of(Path("recordings", "caf\xe9")) == "café"  # a name in Latin-1 itself
