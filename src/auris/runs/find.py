"""Finished runs: where they are, what was chosen for them, and which belong together."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from omegaconf import OmegaConf

from auris.core.errors import UserError, suggest_choice
from auris.runs.folder import CONFIG, RESULT

VARIES = (  # within one configuration
    "seed",
    "optimizer.seed",
    "model.estimator.random_state",
    "data.fold",
    "data.normal",
    "data.root",
    "data.table",
    "data.url",
    "data.source",
    "paths.",
    "choices.",
    "resume",
    "debug",
    "test",
    "report",
    "plugins",
)


@dataclass(frozen=True)
class Run:
    """A finished run: its settings, flat, its result, and its folder."""

    settings: dict[str, Any]
    result: dict[str, Any]
    folder: Path

    @property
    def facts(self) -> dict[str, Any]:
        """All that a run can be picked by: its settings, what was chosen, and where."""
        single = {
            key: value
            for key, value in self.result.items()
            if not isinstance(value, dict)
        }
        return {
            **{
                key: value
                for key, value in self.settings.items()
                if not key.startswith("choices.")
            },
            **single,
        }


def find_runs(places: Sequence[str]) -> list[Run]:
    """The finished runs below some folders, the newest of each configuration, fold and seed."""
    found = sorted(
        {path.resolve() for place in places for path in Path(place).rglob(RESULT)}
    )
    runs: dict[Any, Run] = {}
    for path in found:
        run = read_run(path.parent)
        runs[identity(run.settings), run.result["fingerprint"], run.result["seed"]] = (
            run
        )
    if not runs:
        raise UserError(
            f"There is no finished run in {', '.join(places)}; name a folder such as outputs/cats_babies."
        )
    return list(runs.values())


def read_run(folder: Path) -> Run:
    """The finished run in a folder. Raises `UserError` where it is not finished."""
    if not (folder / RESULT).is_file():
        raise UserError(
            f"The run in {folder} is not finished; python train.py resume={folder} goes on with it."
        )
    settings = flat(OmegaConf.to_container(OmegaConf.load(folder / CONFIG)))
    return Run(settings, json.loads((folder / RESULT).read_text()), folder)


def flat(node: Any, prefix: str = "") -> dict[str, Any]:
    """A nested configuration with dotted names."""
    if not isinstance(node, dict):
        return {prefix[:-1]: node}
    return {
        name: value
        for key, part in node.items()
        for name, value in flat(part, f"{prefix}{key}.").items()
    }


def identity(settings: dict[str, Any]) -> str:
    """What two runs of one configuration have in common."""
    return json.dumps(
        {key: value for key, value in settings.items() if not varies(key)},
        sort_keys=True,
    )


def varies(key: str) -> bool:
    """Whether a setting may differ within one configuration."""
    return listed(key, VARIES)


def listed(key: str, names: Sequence[str]) -> bool:
    """Whether a setting is one of `names`, or below one that ends with a dot."""
    return any(
        key == name or (name.endswith(".") and key.startswith(name)) for name in names
    )


def pick(runs: Sequence[Run], words: Sequence[str]) -> list[Run]:
    """The runs that agree with all words such as data=cats_babies, features=log_mel, data.fold=1."""
    for word in words:
        key, value = understand(word)
        check_name(key, {name for run in runs for name in run.facts})
        values = {str(run.facts[key]) for run in runs if key in run.facts}
        runs = [
            run for run in runs if key in run.facts and str(run.facts[key]) == value
        ]
        if not runs:
            raise UserError(f"No run has {word}; {suggest_choice(value, values)}")
    return list(runs)


def understand(word: str) -> tuple[str, str]:
    """The name and the value of a word as train.py reads it: 1e-3 is 0.001."""
    if "=" not in word:
        raise UserError(f"--same {word} should be name=value, as in data=cats_babies.")
    override = OverridesParser.create().parse_override(word)
    return override.key_or_group, str(override.value())


def check_name(key: str, names: set[str]) -> None:
    """Raise `UserError` for a name that no run knows, with those beside it."""
    if key not in names:
        group, _, last = key.rpartition(".")
        beside = {
            name.rpartition(".")[2]
            for name in names
            if name.rpartition(".")[0] == group
        } or names
        raise UserError(
            f"No run has a setting {key};{f' in {group}:' if group else ''} {suggest_choice(last, beside)}"
        )
