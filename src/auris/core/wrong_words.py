"""Words of the command line that Hydra would take, or refuse in its own words, and nobody means."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import Override, RangeSweep
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
    if isinstance(value, RangeSweep) and next(value.range(), None) is None:
        raise UserError(f"{word} gives no value at all, as it ends before it begins.")
    groups = _default_options()
    if override.is_add() and "." not in key and key not in groups:
        raise UserError(f"{word}: nothing would read a setting {key}.")
    if key in groups and not _can_choose(value, groups[key]):
        options = sorted(path.stem for path in (config_folder() / key).glob("*.yaml"))
        written = word.partition("=")[2]
        raise UserError(explain_unknown_option(key, written, options))


def _can_choose(value: Any, default: str | None) -> bool:
    """Whether a value may be an option, several, or none where that is the default."""
    return (
        default is None if value is None else not isinstance(value, int | float | dict)
    )


@cache
def _default_options() -> dict[str, str | None]:
    """The groups, and what is chosen of each where nothing is said."""
    text = (config_folder() / "train.yaml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)["defaults"]
    pairs = [
        pair for entry in entries if isinstance(entry, dict) for pair in entry.items()
    ]
    return {
        group: option for group, option in pairs if not group.startswith("override")
    }
