"""Tables of labelled recordings: a CSV file, a line for each clip."""

import csv
import difflib
import math
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from auris.core.errors import UserError, suggest_choice
from auris.core.warnings import warn_user
from auris.data.clips import CONDITIONS, SPLIT_SYNONYMS, Clip
from auris.data.folders import find_path, same_form

_ANGLES = {"azimuth": 360.0, "elevation": 90.0}  # degrees, the largest of either
_OPTIONAL = ("fold", "group", "split", "start", "stop", "section", "domain")
_COLUMNS = ("path", "label", *_ANGLES, *_OPTIONAL, *CONDITIONS, "scene")
# names of other programs, in the order in which they are looked for
_SYNONYMS = {
    "path": ("filename", "file_name", "filepath", "file_path", "file"),
    "label": ("class", "class_name", "category"),
    "start": ("start_time", "start (s)"),
    "stop": ("end", "end_time", "stop_time", "end (s)"),
}


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


def _read_rows(table: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, at least one."""
    if not table.is_file():
        raise UserError(
            f"There is no table {table}; "
            "data.table must name a CSV file with path,label columns."
        )
    with table.open(newline="", encoding="utf-8-sig") as file:
        try:
            reader = csv.DictReader(file, skipinitialspace=True)
            reader.fieldnames = _read_header(reader.fieldnames or (), table)
            rows = list(reader)
        except (csv.Error, UnicodeDecodeError) as error:
            raise UserError(f"{table} is not a CSV file in UTF-8 ({error}).") from error
    if not rows:
        raise UserError(
            f"{table} has no rows; it needs a header path,label and a line for each clip."
        )
    return rows


def _read_header(cells: Sequence[str], table: Path) -> list[str]:
    """The names of columns as they are known here. Names those that are not used."""
    names = [cell.strip().lower() for cell in cells]
    renamed = {}
    for column, others in _SYNONYMS.items():
        given = next((name for name in others if name in names), None)
        if given and column not in names:
            renamed[given] = column
    columns = [renamed.get(name, name) for name in names]
    _check_columns(columns, table)
    return columns


def _check_columns(columns: Sequence[str], table: Path) -> None:
    """Name the columns that are not used. Raises `UserError` where one is there twice."""
    for column in _COLUMNS:
        if columns.count(column) > 1:
            raise UserError(f"{table} has more than one column {column}.")
    unused = [column for column in columns if column and column not in _COLUMNS]
    if unused:
        hints = [_suggest_column(column) for column in unused]
        warn_user(
            f"{table} has columns that are not used: {', '.join(unused)}{''.join(hints)}."
        )


def _suggest_column(column: str) -> str:
    """'; did you mean stop?' where a known column has nearly that name."""
    similar = difflib.get_close_matches(column, _COLUMNS, n=1, cutoff=0.75)
    return f"; did you mean {similar[0]}?" if similar else ""


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
    given = Path(os.path.abspath(table.parent / cells["path"]))  # one spelling a file
    path = find_path(given)
    return Clip(
        path=path,
        label=same_form(cells.get("label", "")),
        group=same_form(cells.get("group", str(path))),
        fold=fold,
        split=_read_split(cells, where),
        start=start,
        stop=stop,
        section=same_form(cells.get("section", "")),
        domain=same_form(cells.get("domain", "")),
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
    largest = _ANGLES.get(name, math.inf)
    try:
        number = float(cells[name])
    except ValueError:
        number = math.nan
    if abs(number) <= largest:  # so that NaN is refused, too
        return number
    degrees = (
        f" of degrees, from {-largest:g} to {largest:g}" if name in _ANGLES else ""
    )
    raise UserError(
        f"{where}: {name} is {cells[name]} and should be a number{degrees}."
    )


def _whole_number(text: str) -> int:
    """A whole number, also as other programs write it: 1.0."""
    number = float(text)
    if number != int(number):
        raise ValueError(f"{text} is not a whole number")
    return int(number)
