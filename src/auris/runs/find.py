"""Finished runs: where they are, what was chosen for them, and which belong together."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from auris.core.commands import command_line
from auris.core.errors import UserError, suggest_choice
from auris.core.log import info
from auris.core.words import quote_word
from auris.runs.configuration import configuration_key
from auris.runs.folder import CONFIG, RESULT
from auris.runs.latest import resolve_latest
from auris.runs.result import load_result
from auris.runs.trust import read_configuration


@dataclass(frozen=True)
class Run:
    """A finished run: its settings, flat, its result, and its folder."""

    settings: dict[str, Any]
    result: dict[str, Any]
    folder: Path

    @property
    def properties(self) -> dict[str, Any]:
        """All that runs can be filtered by: settings, choices, and plain values of the result."""
        properties = {}
        for key, value in self.settings.items():
            if not key.startswith("choices."):
                properties[key] = value
        for key, value in self.result.items():
            if not isinstance(value, dict):
                properties[key] = value
        return properties


def find_runs(places: Sequence[str]) -> list[Run]:
    """The finished runs below some folders, the newest of each configuration, fold and seed."""
    folders = [resolve_latest(place) for place in places]
    found = {path.resolve() for folder in folders for path in folder.rglob(RESULT)}
    runs: dict[Any, Run] = {}
    for path in sorted(found):
        try:
            run = read_run(path.parent)
        except UserError as error:
            info(f"Left out: {error}")
            continue
        data, seed = run.result["fingerprint"], run.result["seed"]
        runs[configuration_key(run.settings), data, seed] = run
    if not runs:
        raise UserError(
            f"There is no finished run in {', '.join(places)}; "
            "name a folder such as outputs/cats_babies."
        )
    return list(runs.values())


def read_run(folder: Path) -> Run:
    """The finished run in a folder. Raises `UserError` where it is not finished."""
    if not (folder / RESULT).is_file():
        raise UserError(
            f"The run in {folder} is not finished; "
            f"{command_line('train', f'resume={folder}')} goes on with it."
        )
    result = load_result(folder / RESULT)
    config = OmegaConf.to_container(read_configuration(folder / CONFIG, ["data"]))
    return Run(flatten(config), result, folder)


def flatten(node: Any, prefix: str = "") -> dict[str, Any]:
    """A nested configuration with dotted names."""
    if not isinstance(node, dict):
        return {prefix[:-1]: node}
    flat: dict[str, Any] = {}
    for key, part in node.items():
        flat |= flatten(part, f"{prefix}{key}.")
    return flat


def filter_runs(runs: Sequence[Run], filters: Sequence[str]) -> list[Run]:
    """The runs that agree with all of data=cats_babies, features=log_mel, data.fold=1."""
    for word in filters:
        key, value = _parse_filter(word)
        known = {name for run in runs for name in run.properties}
        check_setting_name(key, known)
        by_value = defaultdict(list)
        for run in runs:
            properties = run.properties
            if key in properties:
                by_value[str(properties[key])].append(run)
        if value not in by_value:
            raise UserError(f"No run has {word}; {suggest_choice(value, by_value)}")
        runs = by_value[value]
    return list(runs)


def check_setting_name(key: str, names: set[str]) -> None:
    """Raise `UserError` for a setting that no run has, with those beside it."""
    if key in names:
        return
    group, _, last = key.rpartition(".")
    beside = set()
    for name in names:
        parent, _, own = name.rpartition(".")
        if parent == group:
            beside.add(own)
    where = f" in {group}:" if group else ""
    choices = suggest_choice(last, beside or names)
    raise UserError(f"No run has a setting {key};{where} {choices}")


def _parse_filter(word: str) -> tuple[str, str]:
    """The name and the value of a word as a command line has it: 1e-3 is 0.001."""
    if "=" not in word:
        raise UserError(f"--same {word} should be name=value, as in data=cats_babies.")
    override = OverridesParser.create().parse_override(quote_word(word))
    return override.key_or_group, str(override.value())
