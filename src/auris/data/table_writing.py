"""Labelled recordings written as a table that `read_table` reads."""

import csv
import io
import math
import os
from collections.abc import Sequence
from pathlib import Path

from auris.core.files import write_atomically
from auris.core.text import quote_formula
from auris.data.clips import CONDITIONS, Clip
from auris.data.tables import COLUMNS


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
    used = [column for column in COLUMNS if any(row[column] for row in cells)]
    return used, [[row[column] for column in used] for row in cells]


def _cells_of(clip: Clip) -> dict[str, str]:
    """What `read_table` makes the clip of again."""
    azimuth, elevation = clip.direction or (None, None)
    conditions = dict(zip(CONDITIONS, clip.conditions, strict=True))
    return {
        "path": os.path.abspath(clip.path),
        "label": quote_formula(clip.label),
        "azimuth": _write_number(azimuth),
        "elevation": _write_number(elevation),
        "fold": _write_number(clip.fold),
        "group": quote_formula(clip.group),
        "split": clip.split or "",
        "start": _write_number(clip.start or None),
        "stop": _write_number(clip.stop),
        "section": quote_formula(clip.section),
        "domain": quote_formula(clip.domain),
        **{name: _write_number(value) for name, value in conditions.items()},
        "scene": quote_formula(clip.scene),
    }


def _write_number(number: float | None) -> str:
    """A number; nothing where it is not known."""
    return "" if number is None or math.isnan(number) else str(number)
