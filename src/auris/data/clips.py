"""Lists of labelled recordings: from a table, from sub-folders, from ESC-50's file names."""

import csv
import math
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from auris.core.errors import UserError, nearest

SUFFIXES = {
    ".wav",
    ".flac",
    ".ogg",
    ".oga",
    ".opus",
    ".mp3",
    ".aif",
    ".aiff",
    ".aifc",
    ".au",
    ".caf",
    ".w64",
    ".m4a",
    ".wma",
}


ESC_NAME = re.compile(r"(?P<fold>\d+)-(?P<recording>[^-]+)-[^-]+-(?P<target>\d+)")


ANGLES = {"azimuth": 360.0, "elevation": 90.0}  # degrees, the largest of either


CONDITIONS = (
    "rt60",
    "snr",
    "distance",
)  # columns that say how hard a direction is to find: in s, dB and m


COLUMNS = (
    "path",
    "label",
    *ANGLES,
    "fold",
    "group",
    "split",
    "start",
    "stop",
    "section",
    "domain",
    *CONDITIONS,
)


SPLITS = {
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


@dataclass(frozen=True)
class Clip:
    """A labelled stretch of a recording."""

    path: Path
    label: str
    group: str  # what must stay in one set: the recording, the speaker, the room
    fold: int | None = None
    split: str | None = None  # "train", "val" or "test", where the data set says so
    start: float = 0.0  # s
    stop: float | None = None  # s; None: to the end
    section: str = ""  # which of several machines, products or places it is from
    domain: str = ""  # under which conditions, such as "source" or "target"
    direction: tuple[float, float] | None = (
        None  # azimuth and elevation of the source, in degrees
    )
    conditions: tuple[float, ...] = (math.nan,) * len(
        CONDITIONS
    )  # NaN where they are not known
    scene: str = ""  # where a simulation has put everything (`Scene.drawing`)

    @property
    def name(self) -> str:
        """The file with the folder that it is in, for people."""
        return "/".join(self.path.parts[-2:])


def read_table(table: Path) -> list[Clip]:
    """The clips of a CSV file `path,label[,fold][,group][,split][,start,stop][,section][,domain]`.

    Instead of a label, or besides, it may have `azimuth[,elevation]` in degrees and `rt60`, `snr` and `distance` in s,
    dB and m. Paths are relative to the file. Raises `UserError` where the table, a column or a value is missing or
    can't be read.
    """
    if not table.is_file():
        raise UserError(
            f"There is no table {table}; data.table must name a CSV file with path,label columns."
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
    needed = {"path": {"path"}, "label (or azimuth)": {"label", "azimuth"}}
    missing = [column for column, names in needed.items() if names.isdisjoint(rows[0])]
    if missing:
        raise UserError(
            f"{table} lacks the column {missing[0]}; known columns are {', '.join(COLUMNS)}."
        )
    return [read_row(row, table, line) for line, row in enumerate(rows, start=2)]


def read_row(row: dict[str, str], table: Path, line: int) -> Clip:
    """One row of a table. Empty cells count as absent."""
    cell = {
        name: text.strip()
        for name, text in row.items()
        if isinstance(text, str) and text.strip()
    }
    if "path" not in cell or not ("label" in cell or "azimuth" in cell):
        raise UserError(
            f"{table}, line {line}: path and label (or azimuth) must both be given."
        )
    try:
        fold = whole(cell["fold"]) if "fold" in cell else None
        start, stop = (
            float(cell.get("start", 0)),
            float(cell["stop"]) if "stop" in cell else None,
        )
    except ValueError as error:
        raise UserError(
            f"{table}, line {line}: fold, start and stop must be numbers ({error})."
        ) from error
    if (
        not 0 <= start < (math.inf if stop is None else stop)
    ):  # so that NaN is refused, too
        raise UserError(
            f"{table}, line {line}: start must not be negative and stop must come after it."
        )
    known = [name for name in (*ANGLES, *CONDITIONS) if name in cell]
    number = {
        name: read_number(cell[name], name, f"{table}, line {line}") for name in known
    }
    split = cell.get("split")
    if split is not None and split.lower() not in SPLITS:
        raise UserError(
            f"{table}, line {line}: unknown split {split}; {nearest(split, ('train', 'val', 'test'))}"
        )
    path = Path(
        os.path.abspath(table.parent / cell["path"])
    )  # one spelling for each file
    return Clip(
        path=path,
        label=cell.get("label", ""),
        group=cell.get("group", str(path)),
        fold=fold,
        split=SPLITS[split.lower()] if split else None,
        start=start,
        stop=stop,
        section=cell.get("section", ""),
        domain=cell.get("domain", ""),
        direction=(number["azimuth"], number.get("elevation", 0.0))
        if "azimuth" in number
        else None,
        conditions=tuple(number.get(name, math.nan) for name in CONDITIONS),
        scene=cell.get("scene", ""),
    )


def read_number(text: str, name: str, where: str) -> float:
    """An angle or a condition. Raises `UserError` where it is none."""
    most = ANGLES.get(name, math.inf)
    try:
        if abs(value := float(text)) <= most:  # so that NaN is refused, too
            return value
    except ValueError:
        pass
    degrees = f" of degrees, from {-most:g} to {most:g}" if name in ANGLES else ""
    raise UserError(f"{where}: {name} is {text} and should be a number{degrees}.")


def whole(text: str) -> int:
    """A whole number, also as other programs write it: 1.0."""
    number = float(text)
    if number != int(number):
        raise ValueError(f"{text} is not a whole number")
    return int(number)


def read_folder(root: Path) -> list[Clip]:
    """The recordings below `root`, one sub-folder a class; each file is a group of its own."""
    if not root.is_dir():
        raise UserError(
            f"There is no folder {root}; data.root must name one with a sub-folder for each class."
        )
    classes = sorted(
        folder
        for folder in root.iterdir()
        if folder.is_dir() and not folder.name.startswith(".")
    )
    clips = [
        Clip(path, folder.name, str(path))
        for folder in classes
        for path in recordings(folder)
    ]
    if len({clip.label for clip in clips}) < 2:
        raise UserError(
            f"{root} needs two or more sub-folders with recordings, one for each class."
        )
    return clips


def recordings(folder: Path) -> list[Path]:
    """All audio files below a folder, in the order of their names; not the hidden ones (macOS leaves `._name.wav`)."""
    found = (
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES and path.is_file()
    )
    return sorted(path for path in found if not path.name.startswith("."))


def read_esc(paths: Iterable[Path], names: dict[int, str]) -> list[Clip]:
    """ESC-50's recordings by their names `{fold}-{recording}-{take}-{target}.wav`; `names` of targets."""
    named = [(path, ESC_NAME.fullmatch(path.stem)) for path in paths]
    return [
        Clip(
            path,
            names[int(name["target"])],
            group=name["recording"],
            fold=int(name["fold"]),
        )
        for path, name in named
        if name and int(name["target"]) in names
    ]
