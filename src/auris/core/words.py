"""Words of a command line as people have them, in the quotes that Hydra needs to read them."""

import os
import re
from collections.abc import Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Quote, QuotedString, Sweep
from hydra.errors import HydraException

_SETTING = re.compile(r"\+{0,2}([A-Za-z_][\w./@-]*)=(.*)", re.DOTALL)
_PATHS = re.compile(
    r"data\.(root|table|listing|dry_folder)|paths\.\w+|resume|finish|init|voices"
)
_TEXTS = re.compile(r"data\.(dataset|group|machine|name|normal|url)|study")
_WORD_LISTS = re.compile(r"data\.(known_anomalies|test|train)")
_CALL = re.compile(r"\w+\(.*\)")  # such as log(1e-5,1e-1) of a sweep
_ITEM = re.compile(  # of several values, with commas in quotes and brackets left alone
    r"""(?:^|,)('[^']*'|"[^"]*"|\[[^]]*\]|\{[^}]*\}|\w+\([^)]*\)|[^,]*)(?=,|$)"""
)
_UNREADABLE = object()


def quote_words(words: Sequence[str], several: bool = False) -> list[str]:
    """The words, with quotes round the values that Hydra would refuse or take for something else.

    Args:
        several: whether a comma divides the values of several runs, as with -m.
    """
    return [quote_word(word, several) for word in words]


def quote_word(word: str, several: bool = False) -> str:
    """One word of `quote_words`. What is no name=value is left as it is."""
    setting = _SETTING.fullmatch(word)
    if not setting:
        return word
    name, value = setting.groups()
    items = _ITEM.findall(value) if several else [value]
    quoted = ",".join(_quote_value(name, item, several) for item in items)
    return word.removesuffix(value) + quoted


def unquote_word(word: str) -> str:
    """A word as people type it, where `quote_word` makes the same of it again.

    With a comma it stays as it is: with -m it would be several.
    """
    setting = _SETTING.fullmatch(word)
    if not setting or "," in word:
        return word
    typed = f"{word.removesuffix(setting.group(2))}{_read_value(setting.group(2))}"
    return typed if quote_word(typed) == word else word


def _quote_value(name: str, value: str, several: bool) -> str:
    """A value, in quotes where it needs them."""
    if name.startswith("paths."):
        value = os.path.expanduser(value)  # a shell does so at the start of a word only
    if _is_understood(name, value, several):
        return value
    if value.startswith("[") and value.endswith("]") and not _is_text(name):
        items = _ITEM.findall(value[1:-1])
        part = "data.name" if _WORD_LISTS.fullmatch(name) else ""
        return f"[{','.join(_quote_value(part, item, several) for item in items)}]"
    return QuotedString(value, Quote.single).with_quotes()


def _is_understood(name: str, value: str, several: bool) -> bool:
    """Whether Hydra makes of a value what people mean by it."""
    read = _read_value(value)
    if isinstance(read, list) and _WORD_LISTS.fullmatch(name):
        return all(isinstance(item, str) for item in read)
    if not _is_text(name):
        return read is not _UNREADABLE or bool(_CALL.fullmatch(value))
    if isinstance(read, Sweep):
        return several or not _PATHS.fullmatch(name)
    is_share = value.startswith(r"\\")  # of Windows; Hydra would take one \ away
    is_list = isinstance(read, list) and name == "data.machine"
    return is_list or read is None or (isinstance(read, str) and not is_share)


def _is_text(name: str) -> bool:
    return bool(_PATHS.fullmatch(name) or _TEXTS.fullmatch(name))


def _read_value(value: str) -> Any:
    """What Hydra takes a value for."""
    try:
        return OverridesParser.create().parse_override(f"name={value}").value()
    except HydraException:
        return _UNREADABLE
