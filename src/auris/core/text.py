"""Text from outside, made fit to be shown: it may come from a stranger's file."""

import re
import unicodedata
from typing import Any

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_FORMULA = ("=", "+", "-", "@")  # with which a spreadsheet takes a cell for one
_HARMLESS = "\n\t"
_HIDDEN = (
    "Cc",
    "Cf",
    "Cs",
)  # control, format (such as from right to left) and half characters


def clean_text(text: str) -> str:
    """A text without what steers a terminal, and without names and passwords in addresses."""
    shown = "".join(map(_shown, text))
    return without_credentials(shown)


def without_credentials(text: str) -> str:
    """A text whose addresses bear no user and no password."""
    return _CREDENTIALS.sub("", text)


def clean_cell(value: Any) -> Any:
    """A cell of a table that a spreadsheet does not take for a formula."""
    if not isinstance(value, str):
        return value
    text = clean_text(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _shown(character: str) -> str:
    """A character, or how it is written where it is not to be seen."""
    if character in _HARMLESS or unicodedata.category(character) not in _HIDDEN:
        return character
    return character.encode("unicode_escape").decode()
