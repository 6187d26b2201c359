"""Labelled recordings written as a table that `read_table` reads."""

import csv
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path

from auris.core.files import write_atomically
from auris.core.text import quote_formula
from auris.data.clips import Clip
from auris.data.columns import list_columns
from auris.data.tables import COLUMNS

_NUMBER = re.compile(r"[+-]?\d*\.?\d+(e[+-]?\d+)?", re.IGNORECASE)


def write_table(path: Path, clips: Sequence[Clip]) -> None:
    """Write the clips with those columns that some of them fill; paths are absolute."""
    header, rows = table_rows(clips)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([header, *rows])
    write_atomically(path, text.getvalue())


def table_rows(clips: Sequence[Clip]) -> tuple[list[str], list[list[str]]]:
    """The columns of a table that some of the clips fill, and a row of cells for each clip."""
    cells = [_cells_of(clip) for clip in clips]
    known = [*COLUMNS, *list_columns(clips)]
    used = [column for column in known if any(row.get(column) for row in cells)]
    return used, [[row.get(column, "") for column in used] for row in cells]


def _cells_of(clip: Clip) -> dict[str, str]:
    """What `read_table` makes the clip of again."""
    others = {name: _write_cell(text) for name, text in clip.columns.items()}
    return {
        "path": os.path.abspath(clip.path),
        "label": quote_formula(clip.label),
        "fold": _write_number(clip.fold),
        "group": quote_formula(clip.group),
        "split": clip.split or "",
        "start": _write_number(clip.start or None),
        "stop": _write_number(clip.stop),
        **others,
    }


def _write_cell(text: str) -> str:
    """A word that no spreadsheet takes for a formula, or a number as it is."""
    return text if _NUMBER.fullmatch(text) else quote_formula(text)


def _write_number(number: float | None) -> str:
    """A number; nothing where it is not known."""
    return "" if number is None else str(number)
