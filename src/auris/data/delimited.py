"""A table in a text file as programs of offices write it: rows of cells, each with its line."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from auris.core.errors import UserError
from auris.core.warnings import warn_user

_SEPARATORS = (",", ";", "\t", "|")
_ANNOUNCED = re.compile(r"sep=(.)[\r\n]", re.IGNORECASE)  # Excel's own first line
# with which texts begin in some encodings
_ENCODINGS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of XLSX and ODS, and of XLS


class Row(NamedTuple):
    """A row that is not blank."""

    line: int  # on which it begins, from 1
    cells: list[str]


class DelimitedText(NamedTuple):
    """A table as text."""

    separator: str
    rows: list[Row]  # the header is the first


def read_delimited(
    path: Path, count_known: Callable[[Sequence[str]], int]
) -> DelimitedText:
    """The rows of a table.

    The separator is the one by which most cells of the header are known, as `count_known` tells:
    what stands in cells, such as a comma in a path, can't mislead it.

    Raises `UserError` for what is no text.
    """
    text = _decode(path)
    announced = _ANNOUNCED.match(text)
    separators = announced.group(1) if announced else _SEPARATORS
    try:
        separator = max(separators, key=lambda one: _judge(text, one, count_known))
        return DelimitedText(separator, list(_split_rows(text, separator)))
    except csv.Error as error:
        raise UserError(f"{path} is not a CSV file ({error}).") from error


def _judge(
    text: str, separator: str, count_known: Callable[[Sequence[str]], int]
) -> tuple[int, int]:
    """How many cells of the header are known, and how many there are."""
    header = next(_split_rows(text, separator), Row(0, []))
    return count_known(header.cells), len(header.cells)


def _split_rows(text: str, separator: str) -> Iterator[Row]:
    """Each row with something in it, but for Excel's announcement of the separator."""
    lines = io.StringIO(text, newline="")
    passed = 1 if _ANNOUNCED.match(text) else 0
    for _ in range(passed):
        lines.readline()
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    start = passed + 1
    for cells in reader:
        filled = [cell.strip() for cell in cells]
        if any(filled):
            yield Row(start, filled)
        start = passed + reader.line_num + 1


def _decode(path: Path) -> str:
    """The text of a file: UTF-8, UTF-16, or Windows-1252, which is said."""
    content = path.read_bytes()
    if content.startswith(_WORKBOOKS):
        raise UserError(f"{path} is a workbook; save its sheet as CSV (UTF-8).")
    try:
        text = content.decode(_encoding_of(content))
    except UnicodeDecodeError:
        text = _decode_windows(content, path)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise UserError(f"{path} is not a CSV file: line {line} holds a NUL byte.")
    return text


def _encoding_of(content: bytes) -> str:
    for mark, encoding in _ENCODINGS.items():
        if content.startswith(mark):
            return encoding
    if content[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if content[:1] == b"\0" else "utf-8"


def _decode_windows(content: bytes, path: Path) -> str:
    """A text in what Windows of western Europe writes, where it is not UTF-8."""
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path} is not a CSV file in UTF-8, UTF-16 or Windows-1252 ({error})."
        ) from error
    if "\0" not in text:
        warn_user(
            f"{path} is not in UTF-8 and is read as Windows-1252; where letters come out "
            "wrong, save it as CSV UTF-8."
        )
    return text
