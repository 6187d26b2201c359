"""Which settings make a configuration, and which only say where, how often and by whom watched.

What is decided here holds for the rows and names of `compare` and for the count of the ledger.
"""

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from auris.runs.trust import shipped_settings

_REPEATED = (  # another clip is drawn, another class is normal: the same once more
    "seed",
    "optimizer.seed",
    "model.estimator.random_state",
    "data.fold",
    "data.normal",
)
_PLACES = (  # where recordings and runs lie, and what they are called
    "data.name",
    "data.root",
    "data.table",
    "data.url",
    "data.origin",
    "paths.",
)
_WATCHERS = (  # what looks on, and is told
    "logger.",
    "logger",
    "report",
    "test",
    "debug",
    "plugins",
)
_CHOICES = "choices."  # names of what the settings say themselves
_NO_PART = (*_REPEATED, *_PLACES, *_WATCHERS, _CHOICES)


def configuration_key(settings: dict[str, Any]) -> str:
    """What two runs of one configuration have in common."""
    common = {}
    for key, value in settings.items():
        if is_part_of_configuration(key):
            common[key] = value
    return json.dumps(common, sort_keys=True)


def is_part_of_configuration(key: str) -> bool:
    """Whether runs that differ in a setting are of different configurations."""
    return not (matches(key, _NO_PART) or _is_added_callback(key))


def matches(key: str, names: Sequence[str]) -> bool:
    """Whether a setting is one of `names`, or below one that ends with a dot."""
    above = tuple(name for name in names if name.endswith("."))
    return key in names or key.startswith(above)


def _is_added_callback(key: str) -> bool:
    """Whether it is of a callback beside those that choose, stop and average, which ship."""
    group, _, rest = key.partition(".")
    name = rest.partition(".")[0]
    return group == "callbacks" and name not in _shipped_callbacks()


@cache
def _shipped_callbacks() -> frozenset[str]:
    return frozenset(shipped_settings("callbacks"))
