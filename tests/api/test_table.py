"""Tables as a terminal and a notebook show them."""

import pytest

from auris.api.table import Table

ROWS = [
    {"path": "a.wav", "class": "cat", "probability": 0.912345},
    {"path": "<b>.wav", "class": "baby", "probability": 1.0},
]


def test_it_is_rows_and_columns() -> None:
    table = Table(ROWS)
    assert list(table) == ROWS and len(table) == 2
    assert table["class"] == ["cat", "baby"] and table[1] == ROWS[1]
    assert list(table[:1]) == ROWS[:1] and isinstance(table[:1], Table)
    assert table.columns == ["path", "class", "probability"]
    with pytest.raises(KeyError):
        table["label"]


def test_it_is_shown_in_columns() -> None:
    assert repr(Table(ROWS)).splitlines() == [
        "path     class  probability",
        "a.wav    cat    0.9123",
        "<b>.wav  baby   1",
    ]
    assert repr(Table([])) == ""


def test_a_notebook_shows_it_without_what_a_page_would_run() -> None:
    page = Table(ROWS)._repr_html_()
    assert "<th>probability</th>" in page and "<td>0.9123</td>" in page
    assert "&lt;b&gt;.wav" in page and "<b>" not in page


def test_a_large_one_is_cut_and_says_so() -> None:
    wide = {f"column {number}": "\x1b[1m" + 100 * "x" for number in range(15)}
    shown = repr(Table(30 * [wide]))
    assert shown.endswith("... and 10 more rows and 3 more columns")
    assert "\x1b" not in shown and max(map(len, shown.splitlines())) < 12 * 62
