"""Lists of labelled recordings: from a table, from sub-folders, from ESC-50's file names."""

import csv
import math
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import final

from auris.core.errors import UserError, suggest_choice

ANGLES = {"azimuth": 360.0, "elevation": 90.0}  # degrees, the largest of either
# columns that say how hard a direction is to find: in s, dB and m
CONDITIONS = ("rt60", "snr", "distance")
SPLIT_SYNONYMS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "development": "val",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}
_OPTIONAL = ("fold", "group", "split", "start", "stop", "section", "domain")
_COLUMNS = ("path", "label", *ANGLES, *_OPTIONAL, *CONDITIONS)
_UNCOMPRESSED = {".wav", ".aif", ".aiff", ".aifc", ".au", ".caf", ".w64"}
_COMPRESSED = {".flac", ".ogg", ".oga", ".opus", ".mp3", ".m4a", ".wma"}
_SUFFIXES = _UNCOMPRESSED | _COMPRESSED
_ESC_NAME = re.compile(r"(?P<fold>\d+)-(?P<recording>[^-]+)-[^-]+-(?P<target>\d+)")


@final
@dataclass(frozen=True)
class Clip:
    """A labelled stretch of a recording."""

    path: Path
    label: str
    group: str  # what must stay in one split: the recording, the speaker, the room
    fold: int | None = None
    split: str | None = None  # "train", "val" or "test", where the data set says so
    start: float = 0.0  # s
    stop: float | None = None  # s; None: to the end
    section: str = ""  # which of several machines, products or places it is from
    domain: str = ""  # under which conditions, such as "source" or "target"
    direction: tuple[float, float] | None = None  # azimuth, elevation in degrees
    conditions: tuple[float, ...] = (math.nan,) * len(CONDITIONS)  # NaN: not known
    scene: str = ""  # where a simulation has put everything (`Scene.drawing`)

    @property
    def name(self) -> str:
        """The file with the folder that it is in, for people."""
        return "/".join(self.path.parts[-2:])


def read_table(table: Path) -> list[Clip]:
    """The clips of a CSV file.

    Its columns are `path,label[,fold][,group][,split][,start,stop][,section][,domain]`.
    Instead of a label, or besides, it may have `azimuth[,elevation]` in degrees and
    `rt60`, `snr` and `distance` in s, dB and m. Paths are relative to the file. Raises
    `UserError` where the table, a column or a value is missing or can't be read.
    """
    rows = _read_rows(table)
    _check_header(rows[0], table)
    numbered = enumerate(rows, start=2)
    return [_read_row(row, table, f"{table}, line {line}") for line, row in numbered]


def read_folder(root: Path) -> list[Clip]:
    """The recordings below `root`, one sub-folder a class; each file is its own group."""
    if not root.is_dir():
        raise UserError(
            f"There is no folder {root}; "
            "data.root must name one with a sub-folder for each class."
        )
    clips = [
        Clip(path, folder.name, str(path))
        for folder in _visible_folders(root)
        for path in list_recordings(folder)
    ]
    if len({clip.label for clip in clips}) < 2:
        raise UserError(
            f"{root} needs two or more sub-folders with recordings, one for each class."
        )
    return clips


def list_recordings(folder: Path) -> list[Path]:
    """All audio files below a folder, in the order of their names, but for hidden ones."""
    paths = (path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)
    # macOS leaves `._name.wav` on foreign disks
    return sorted(path for path in paths if path.is_file() and not _is_hidden(path))


def read_esc(paths: Iterable[Path], names: dict[int, str]) -> list[Clip]:
    """ESC-50's recordings by their names `{fold}-{recording}-{take}-{target}.wav`.

    Only those whose target has one of these `names`.
    """
    clips = []
    for path in paths:
        parts = _ESC_NAME.fullmatch(path.stem)
        label = names.get(int(parts["target"])) if parts else None
        if parts and label is not None:
            fold = int(parts["fold"])
            clips.append(Clip(path, label, group=parts["recording"], fold=fold))
    return clips


def _read_rows(table: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, at least one."""
    if not table.is_file():
        raise UserError(
            f"There is no table {table}; "
            "data.table must name a CSV file with path,label columns."
        )
    with table.open(newline="", encoding="utf-8-sig") as file:
        try:
            rows = list(csv.DictReader(file))
        except (csv.Error, UnicodeDecodeError) as error:
            raise UserError(f"{table} is not a CSV file in UTF-8 ({error}).") from error
    if not rows:
        raise UserError(
            f"{table} has no rows; it needs a header path,label and a line for each clip."
        )
    return rows


def _check_header(columns: Iterable[str], table: Path) -> None:
    """Raise `UserError` unless there are recordings, and what they are taken for."""
    needed = {"path": {"path"}, "label (or azimuth)": {"label", "azimuth"}}
    for column, names in needed.items():
        if names.isdisjoint(columns):
            raise UserError(
                f"{table} lacks the column {column}; "
                f"known columns are {', '.join(_COLUMNS)}."
            )


def _read_row(row: dict[str, str], table: Path, where: str) -> Clip:
    """One row of a table. Empty cells count as absent."""
    cells = _filled_cells(row)
    if "path" not in cells or not ("label" in cells or "azimuth" in cells):
        raise UserError(f"{where}: path and label (or azimuth) must both be given.")
    fold, start, stop = _read_place(cells, where)
    direction = _read_direction(cells, where)
    conditions = tuple(_read_number(cells, name, where) for name in CONDITIONS)
    path = Path(os.path.abspath(table.parent / cells["path"]))  # one spelling a file
    return Clip(
        path=path,
        label=cells.get("label", ""),
        group=cells.get("group", str(path)),
        fold=fold,
        split=_read_split(cells, where),
        start=start,
        stop=stop,
        section=cells.get("section", ""),
        domain=cells.get("domain", ""),
        direction=direction,
        conditions=conditions,
        scene=cells.get("scene", ""),
    )


def _filled_cells(row: dict[str, str]) -> dict[str, str]:
    """The cells that hold something. (What stands behind the last column is a list.)"""
    words = {name: text.strip() for name, text in row.items() if isinstance(text, str)}
    return {name: text for name, text in words.items() if text}


def _read_place(
    cells: dict[str, str], where: str
) -> tuple[int | None, float, float | None]:
    """The fold, and start and stop in s."""
    try:
        fold = _whole_number(cells["fold"]) if "fold" in cells else None
        start = float(cells.get("start", 0))
        stop = float(cells["stop"]) if "stop" in cells else None
    except ValueError as error:
        raise UserError(
            f"{where}: fold, start and stop must be numbers ({error})."
        ) from error
    end = math.inf if stop is None else stop
    if not 0 <= start < end:  # so that NaN is refused, too
        raise UserError(
            f"{where}: start must not be negative and stop must come after it."
        )
    return fold, start, stop


def _read_split(cells: dict[str, str], where: str) -> str | None:
    if "split" not in cells:
        return None
    word = cells["split"]
    if word.lower() not in SPLIT_SYNONYMS:
        choices = suggest_choice(word, ("train", "val", "test"))
        raise UserError(f"{where}: unknown split {word}; {choices}")
    return SPLIT_SYNONYMS[word.lower()]


def _read_direction(cells: dict[str, str], where: str) -> tuple[float, float] | None:
    """Azimuth and elevation in degrees, where there is an azimuth."""
    azimuth = _read_number(cells, "azimuth", where)
    elevation = _read_number(cells, "elevation", where, missing=0.0)
    return (azimuth, elevation) if "azimuth" in cells else None


def _read_number(
    cells: dict[str, str], name: str, where: str, missing: float = math.nan
) -> float:
    """An angle or a condition. Raises `UserError` where it is none."""
    if name not in cells:
        return missing
    largest = ANGLES.get(name, math.inf)
    try:
        number = float(cells[name])
    except ValueError:
        number = math.nan
    if abs(number) <= largest:  # so that NaN is refused, too
        return number
    degrees = f" of degrees, from {-largest:g} to {largest:g}" if name in ANGLES else ""
    raise UserError(
        f"{where}: {name} is {cells[name]} and should be a number{degrees}."
    )


def _whole_number(text: str) -> int:
    """A whole number, also as other programs write it: 1.0."""
    number = float(text)
    if number != int(number):
        raise ValueError(f"{text} is not a whole number")
    return int(number)


def _visible_folders(root: Path) -> list[Path]:
    folders = (path for path in root.iterdir() if path.is_dir())
    return sorted(path for path in folders if not _is_hidden(path))


def _is_hidden(path: Path) -> bool:
    return path.name.startswith(".")
