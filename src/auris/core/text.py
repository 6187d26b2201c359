"""Text made fit to be shown: it may come from a stranger's file, and it may be long."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
_FORMULA = ("=", "+", "-", "@")  # with which a spreadsheet takes a cell for one
_MARKDOWN = re.compile(r"([\\`*|<\[])")  # what begins a mark, a link, a cell or a tag
_HARMLESS = "\n\t"
# control, format (such as from right to left) and half characters
_HIDDEN = ("Cc", "Cf", "Cs")
_MAX_EXAMPLES = 3  # that a sentence names
_MAX_NAME = 60  # characters of a folder
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\s]+')  # of folders, on any system


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
    return quote_formula(clean_text(value))


def quote_formula(text: str) -> str:
    """A text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def folder_name(text: str) -> str:
    """A text as the name of one folder that is not hidden; empty where nothing is left of it."""
    shown = clean_text(unicodedata.normalize("NFC", text))
    return _NOT_IN_NAMES.sub(" ", shown).strip(" .")[:_MAX_NAME].rstrip(" .")


def restore_formula(text: str) -> str:
    """What `quote_formula` was given."""
    return text[1:] if text.startswith(tuple(f"'{sign}" for sign in _FORMULA)) else text


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown of cells that are taken as they are, see `escape_markdown`."""
    rule = ["---"] * len(head)
    lines = [f"| {' | '.join(cells)} |" for cells in (head, rule, *rows)]
    return "\n".join(lines)


def escape_markdown(text: str) -> str:
    """A text that a cell of a Markdown table shows letter by letter."""
    line = " ".join(clean_text(text).split())
    return _MARKDOWN.sub(r"\\\1", line)


def list_examples(words: Iterable[object]) -> str:
    """'a.wav, b.wav, c.wav and 4 more'."""
    listed = list(map(str, words))
    examples = ", ".join(listed[:_MAX_EXAMPLES])
    rest = len(listed) - _MAX_EXAMPLES
    if rest <= 0:
        return examples
    return f"{examples} and {rest} more"


def format_duration(seconds: float) -> str:
    """'140 ms', '12 s', '3 min', '2.5 h'."""
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def format_bytes(size: int) -> str:
    """'12.3 MB', or in GB where there are many."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"


def _shown(character: str) -> str:
    """A character, or how it is written where it is not to be seen."""
    if character in _HARMLESS or unicodedata.category(character) not in _HIDDEN:
        return character
    return character.encode("unicode_escape").decode()
