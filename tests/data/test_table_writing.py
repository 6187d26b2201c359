"""A table that is written is read as what it was."""

from pathlib import Path

from auris.data.clips import Clip
from auris.data.table_writing import write_table
from auris.data.tables import read_table


def test_a_table_reads_as_the_clips_that_were_written(tmp_path: Path) -> None:
    clips = [
        Clip(tmp_path / "a, b.wav", '=1+1 "x"', "tom", 3, "val", 0.5, 1.25),
        Clip(
            tmp_path / "-é.wav",
            "-1",
            "@ann",
            columns={"section": "fan", "domain": "-source"},
        ),
        Clip(
            *(tmp_path / "c.wav", "", "c"),
            columns={"azimuth": "-170.5", "snr": "1e-07", "scene": "1;2;3"},
        ),
    ]
    write_table(tmp_path / "clips.csv", clips)
    assert read_table(tmp_path / "clips.csv") == clips
    assert ",-170.5," in (tmp_path / "clips.csv").read_text()  # a number for others too


def test_columns_that_say_nothing_are_left_out(tmp_path: Path) -> None:
    write_table(tmp_path / "clips.csv", [Clip(tmp_path / "a.wav", "cat", "x")])
    assert (tmp_path / "clips.csv").read_text() == (
        f"path,label,group\n{tmp_path}/a.wav,cat,x\n"
    )
