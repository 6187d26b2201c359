"""Columns of a table that only some tasks read: words and numbers that stand beside a clip."""

import difflib
import math
from collections.abc import Iterable, Sequence

from auris.core.errors import UserError
from auris.core.warnings import warn_user
from auris.data.clips import Clip
from auris.data.tables import COLUMNS


def read_number(
    clip: Clip, column: str, largest: float = math.inf, unit: str = ""
) -> float:
    """The number in a column of the table; NaN where there is none.

    Raises `UserError` for what is no finite number from -largest to largest.
    """
    text = clip.cell(column)
    return parse_number(clip, column, text, largest, unit) if text else math.nan


def parse_number(
    clip: Clip, name: str, text: str, largest: float = math.inf, unit: str = ""
) -> float:
    """What a text says of a clip. Raises `UserError` for what is no finite number."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isfinite(number) and abs(number) <= largest:
        return number
    of_unit = f" of {unit}" if unit else ""
    ends = "" if math.isinf(largest) else f", from {-largest:g} to {largest:g}"
    raise UserError(
        f"{clip.where or clip.path}: {name} is {text} and should be a number{of_unit}{ends}."
    )


def warn_of_unused(clips: Iterable[Clip], used: Sequence[str]) -> None:
    """Name the columns that are not used."""
    unused = [name for name in list_columns(clips) if name not in used]
    if unused:
        hints = [_suggest_column(name, (*COLUMNS, *used)) for name in unused]
        warn_user(
            f"The table has columns that are not used: {', '.join(unused)}{''.join(hints)}."
        )


def _suggest_column(column: str, known: Sequence[str]) -> str:
    """'; did you mean stop?' where a known column has nearly that name."""
    similar = difflib.get_close_matches(column, known, n=1, cutoff=0.75)
    return f"; did you mean {similar[0]}?" if similar else ""


def check_labelled(clips: Sequence[Clip]) -> None:
    """Raise `UserError` where a clip has no label."""
    without = [clip for clip in clips if not clip.label]
    if not without:
        return
    others = list_columns(clips)
    if len(without) == len(clips) and others:
        raise UserError(
            f"The table lacks the column label; it has {', '.join(others)}. Numbers in a column "
            f"are told by task=regression data.target={others[0]}, and directions (azimuth) with "
            "array=...."
        )
    first = without[0]
    raise UserError(f"{first.where or first.path}: label must be given.")


def list_columns(clips: Iterable[Clip]) -> list[str]:
    """The columns that some of the clips fill, in the order of the table."""
    return list(dict.fromkeys(name for clip in clips for name in clip.columns))
