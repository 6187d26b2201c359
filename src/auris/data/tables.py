"""Tables of labelled recordings: a CSV file, a line for each clip."""

import math
import os
import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import final

from auris.core.errors import UserError, suggest_choice
from auris.core.text import restore_formula
from auris.data.clips import SPLIT_SYNONYMS, Clip
from auris.data.delimited import DelimitedText, Row, read_delimited
from auris.data.folders import find_path, same_form
from auris.data.grouping import group_by_path

# what every task reads; others are for the targets of some
COLUMNS = ("path", "label", "fold", "group", "split", "start", "stop")
# names of other programs and of German tables, in the order in which they are looked for
_SYNONYMS = {
    "path": (
        *("filename", "file_name", "filepath", "file_path", "file", "begin_file"),
        *("pfad", "dateipfad", "dateiname", "datei"),
    ),
    "label": ("class", "class_name", "category", "klasse", "kategorie"),
    "group": ("gruppe", "sitzung"),
    "split": ("set", "subset"),
    "start": ("start_time", "begin_time", "begin", "onset", "beginn", "anfang"),
    "stop": ("end", "end_time", "stop_time", "offset", "ende"),
}
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+(e[+-]?\d+)?", re.IGNORECASE)
_UNIT = re.compile(r"[_ ]*[(\[](s|sec|seconds)[)\]]$")  # 'Start (s)'


@final
@dataclass(frozen=True)
class _Columns:
    """The header of a table."""

    table: Path
    given: list[str]  # as they stand there
    names: list[str]  # as they are known here

    def __str__(self) -> str:
        return ", ".join(self.given)

    def have(self, name: str) -> bool:
        return name in self.names


@final
@dataclass(frozen=True)
class _Cells:
    """What stands in a row, by the names of columns; blank cells are absent."""

    filled: dict[str, str]
    where: str  # for people
    decimal_comma: bool

    def __contains__(self, name: str) -> bool:
        return name in self.filled

    def text(self, name: str, missing: str = "") -> str:
        return self.filled.get(name, missing)

    def plain_text(self, name: str) -> str:
        """A cell, a number in it with a decimal point."""
        text = self.filled[name]
        has_comma = self.decimal_comma and _DECIMAL_COMMA.fullmatch(text)
        return text.replace(",", ".") if has_comma else text

    def number(self, name: str, missing: float | None) -> float | None:
        """Raises `ValueError` for what is no finite number."""
        if name not in self.filled:
            return missing
        text = self.plain_text(name)
        number = float(text)
        if not math.isfinite(number):
            raise ValueError(f"{text} is not a finite number")
        return number


def read_table(table: Path, group: str | None = None) -> list[Clip]:
    """The clips of a CSV file.

    Its columns are `path[,label][,fold][,group][,split][,start,stop]`, and whatever else the
    targets of a task may read, by its plain name: lower case, without blanks. Paths are relative
    to the file. Raises `UserError` where the table, a column or a value is missing or can't be
    read.

    Args:
        table: the file.
        group: another column that says what belongs together, or a rule of `group_by_path`.
    """
    text = _open_table(table)
    columns = _read_header(text.rows[0].cells, table)
    column = plain_name(group or "")
    is_column = bool(column) and columns.have(column)
    group_column = column if is_column else "group"
    clips = [
        _read_row(_read_cells(row, columns, text.separator), table, group_column)
        for row in text.rows[1:]
    ]
    if group is None or is_column:
        return clips
    return group_by_path(clips, group, table.parent, columns.given)


def _open_table(table: Path) -> DelimitedText:
    """The rows of a table, a header and one more at least."""
    if not table.is_file():
        raise UserError(
            f"There is no table {table}; "
            "data.table must name a CSV file with path,label columns."
        )
    text = read_delimited(table, _count_known)
    if len(text.rows) < 2:
        raise UserError(
            f"{table} has no rows; it needs a header path,label and a line for each clip."
        )
    return text


def plain_name(cell: str) -> str:
    """A column's name without case, unit and blanks: 'Start Time (s)' is start_time."""
    name = _UNIT.sub("", same_form(cell).strip().lower())
    return re.sub(r"[\s-]+", "_", name)


def _count_known(header: Sequence[str]) -> int:
    """How many cells of a header are names of columns here or elsewhere."""
    synonyms = [name for others in _SYNONYMS.values() for name in others]
    return len({plain_name(cell) for cell in header} & {*COLUMNS, *synonyms})


def _read_header(cells: Sequence[str], table: Path) -> _Columns:
    """The names of columns as they are known here. Raises `UserError` where one is missing."""
    names = [plain_name(cell) for cell in cells]
    renamed = {}
    for column, others in _SYNONYMS.items():
        given = next((name for name in others if name in names), None)
        if given and column not in names:
            renamed[given] = column
    columns = _Columns(table, list(cells), [renamed.get(name, name) for name in names])
    _check_header(columns)
    return columns


def _check_header(columns: _Columns) -> None:
    """Raise `UserError` unless there are recordings, and each column once."""
    named = [name for name in columns.names if name]
    for column, count in Counter(named).items():
        if count > 1:
            raise UserError(f"{columns.table} has more than one column {column}.")
    if not columns.have("path"):
        raise UserError(
            f"{columns.table} lacks the column path; its columns are {columns}; "
            f"known columns are {', '.join(COLUMNS)}."
        )


def _read_cells(row: Row, columns: _Columns, separator: str) -> _Cells:
    """The cells of a row. Raises `UserError` for more of them than the header has."""
    where = f"{columns.table}, line {row.line}"
    if any(row.cells[len(columns.names) :]):
        raise UserError(
            f"{where}: {len(row.cells)} cells and {len(columns.names)} columns ({columns}); "
            f"a cell with a {separator!r} in it must stand in quotation marks."
        )
    pairs = zip(columns.names, row.cells, strict=False)
    filled = {name: restore_formula(text) for name, text in pairs if text}
    for name in filled.keys() & set(COLUMNS):
        if "\n" in filled[name] or "\r" in filled[name]:
            raise UserError(
                f"{where}: {name} goes on in the next line; is a quotation mark not closed?"
            )
    return _Cells(filled, where, decimal_comma=separator != ",")


def _read_row(cells: _Cells, table: Path, group_column: str) -> Clip:
    """One row of a table."""
    if "path" not in cells:
        raise UserError(f"{cells.where}: the path of a recording must be given.")
    fold, start, stop = _read_place(cells)
    path = _find_recording(table.parent, cells.text("path"))
    return Clip(
        path=path,
        label=same_form(cells.text("label")),
        group=same_form(cells.text(group_column, str(path))),
        fold=fold,
        split=_read_split(cells),
        start=start,
        stop=stop,
        columns=_read_others(cells, {*COLUMNS, group_column, ""}),
        where=cells.where,
    )


def _read_others(cells: _Cells, known: Set[str]) -> dict[str, str]:
    """What stands in the columns that are not known."""
    return {
        name: same_form(cells.plain_text(name))
        for name in cells.filled
        if name not in known
    }


def _find_recording(folder: Path, text: str) -> Path:
    """The file that a cell names, from `folder`, or from the user's home at a `~`.

    Backslashes are those of Windows where that is where a file is.
    """
    spellings = (text, text.replace("\\", "/"), os.path.expanduser(text))
    # one spelling a file
    paths = [Path(os.path.abspath(folder / spelling)) for spelling in spellings]
    found = [find_path(path) for path in dict.fromkeys(paths)]
    return next(filter(os.path.exists, found), found[0])


def _read_place(cells: _Cells) -> tuple[int | None, float, float | None]:
    """The fold, and start and stop in s."""
    try:
        fold = _whole_number(cells.number("fold", None))
        start = cells.number("start", 0.0) or 0.0
        stop = cells.number("stop", None)
    except ValueError as error:
        raise UserError(
            f"{cells.where}: fold, start and stop must be numbers ({error})."
        ) from error
    end = math.inf if stop is None else stop
    if not 0 <= start < end:
        raise UserError(
            f"{cells.where}: start must not be negative and stop must come after it."
        )
    return fold, start, stop


def _read_split(cells: _Cells) -> str | None:
    if "split" not in cells:
        return None
    word = cells.text("split")
    if word.lower() not in SPLIT_SYNONYMS:
        choices = suggest_choice(word, ("train", "val", "test"))
        raise UserError(f"{cells.where}: unknown split {word}; {choices}")
    return SPLIT_SYNONYMS[word.lower()]


def _whole_number(number: float | None) -> int | None:
    """A whole number, also as other programs write it: 1.0."""
    if number is not None and number != int(number):
        raise ValueError(f"{number:g} is not a whole number")
    return None if number is None else int(number)
