"""The settings of a run that belong to no group, and what each may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

from auris.core.ranges import Count, Seed
from auris.core.validation import check_types


@final
@dataclass(frozen=True)
class RunSettings:
    """What stands at the top of a configuration."""

    seed: Seed
    test: bool | None
    refit: bool | Count
    report: bool
    resume: str | None
    finish: str | None
    init: str | None
    debug: bool
    plugins: Sequence[str]


@final
@dataclass(frozen=True)
class Paths:
    """Where files are."""

    data: str
    outputs: str
    store: str


def check_run_settings(values: Mapping[str, Any]) -> None:
    """Raise `UserError` for a setting outside of the groups that is not what it should be."""
    check_types(RunSettings, values, "")
    check_types(Paths, values["paths"], "paths")
