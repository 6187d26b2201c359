"""Rows with names, as people look at them: in a terminal and in a notebook."""

from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any, final, overload

from auris.core.text import clean_text

Row = dict[str, Any]

_MAX_ROWS = 20  # that are shown
_MAX_COLUMNS = 12
_MAX_CHARACTERS = 60  # of a cell in a terminal
_MAX_CHARACTERS_IN_PAGE = 300
_MORE = " ... "


@final
class Table(Sequence[Row]):
    """Rows that have the same names: `table[0]` is a row, `table["class"]` a column.

    `pandas.DataFrame(table)` makes a frame of it.
    """

    def __init__(self, rows: Sequence[Row]):
        self._rows = list(rows)

    @property
    def columns(self) -> list[str]:
        """The names."""
        return list(self._rows[0]) if self._rows else []

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice) -> "Table": ...
    @overload
    def __getitem__(self, key: str) -> list[Any]: ...
    def __getitem__(self, key: int | slice | str) -> Any:
        if isinstance(key, str):
            return [row[key] for row in self._rows]
        if isinstance(key, slice):
            return Table(self._rows[key])
        return self._rows[key]

    def __repr__(self) -> str:
        lines = self._shown_cells(_MAX_CHARACTERS)
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        text = [
            "  ".join(map(str.ljust, line, widths)).rstrip()  # a column each
            for line in lines
        ]
        return "\n".join([*text, *self._left_out()])

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        head, *lines = self._shown_cells(_MAX_CHARACTERS_IN_PAGE)
        parts = [_html_row("th", head), *(_html_row("td", line) for line in lines)]
        rest = "".join(f"<p>{escape(words)}</p>" for words in self._left_out())
        table = f"<table>{''.join(parts)}</table>"
        return f'<div style="overflow-x: auto">{table}{rest}</div>'

    def _shown_cells(self, characters: int) -> list[list[str]]:
        """The names, and the cells of the first rows, of so many characters at most."""
        names = self.columns[:_MAX_COLUMNS]
        lines = [names]
        for row in self._rows[:_MAX_ROWS]:
            lines.append([_format_cell(row[name], characters) for name in names])
        return lines

    def _left_out(self) -> list[str]:
        """What is not shown, in a sentence."""
        rows = len(self._rows) - _MAX_ROWS
        columns = len(self.columns) - _MAX_COLUMNS
        said = []
        if rows > 0:
            said.append(f"{rows} more rows")
        if columns > 0:
            said.append(f"{columns} more columns")
        return [f"... and {' and '.join(said)}"] if said else []


def _html_row(tag: str, cells: Sequence[str]) -> str:
    inner = "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells)
    return f"<tr>{inner}</tr>"


def _format_cell(value: Any, characters: int) -> str:
    """A value as people read it; of a long text its beginning and end."""
    if isinstance(value, float):
        return f"{value:.4g}"
    text = clean_text("" if value is None else str(value)).replace("\n", " ")
    text = text.removeprefix(f"{Path.cwd()}/")  # of a path
    if len(text) <= characters:
        return text
    half = (characters - len(_MORE)) // 2
    return text[:half] + _MORE + text[-half:]
