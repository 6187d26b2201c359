"""Words of the command line that Hydra would take, or refuse in its own words, and nobody means."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, RangeSweep, Sweep
from hydra.errors import HydraException

from auris.core.errors import UserError
from auris.core.places import config_folder
from auris.core.unknown import explain_unknown_option

# of a group that has several parts, each with a name
_PART = re.compile(r"(callbacks|logger|augment\.waves|augment\.features)\.\w+")


def check_words(words: Sequence[str]) -> None:
    """Raise `UserError` for words that take away, add or choose what makes no sense.

    The words are in the quotes that Hydra needs.
    """
    parser = OverridesParser.create()
    for word in words:
        try:
            override = parser.parse_override(word)
        except HydraException:
            continue  # it will be told by Hydra, and explained
        _check_word(override, word)


def _check_word(override: Override, word: str) -> None:
    key = override.key_or_group
    value = override.value()
    if override.is_delete() and not _PART.fullmatch(key):
        raise UserError(
            f"{word}: only parts can be left out, as with ~callbacks.ema or callbacks.ema=null."
        )
    if key == "choices" or key.startswith("choices."):
        raise UserError(
            f"{word}: what was chosen is only noted there; choose it, as in model=mlp."
        )
    if isinstance(value, RangeSweep) and next(iter(value.range()), None) is None:
        raise UserError(f"{word} gives no value at all, as it ends before it begins.")
    groups = _groups()
    adds = override.is_add() or override.is_force_add()
    if adds and "." not in key and key not in {*groups, *_main_settings()}:
        raise UserError(f"{word}: nothing would read a setting {key}.")
    if key in groups and not _chooses(key, value):
        options = sorted(path.stem for path in (config_folder() / key).glob("*.yaml"))
        written = word.partition("=")[2]
        raise UserError(explain_unknown_option(key, written, options))


def _chooses(group: str, value: Any) -> bool:
    """Whether a value is an option of a group, or several where they can be put together."""
    if isinstance(value, list):
        is_noted = group in _main_settings()["choices"]  # as one word
        return not is_noted and all(isinstance(item, str) for item in value)
    return isinstance(value, str | Sweep)


@cache
def _main_settings() -> dict[str, Any]:
    """What the main YAML says."""
    text = (config_folder() / "train.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def _groups() -> set[str]:
    """The groups of which options are chosen."""
    entries = _main_settings()["defaults"]
    chosen = (entry for entry in entries if isinstance(entry, dict))
    return {group for entry in chosen for group in entry}
