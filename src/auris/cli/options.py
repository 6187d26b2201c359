"""The options of each group and their settings, as the YAMLs and their comments tell them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from auris.core.places import config_folder

_INTERNAL = ("_target_", "choices", "defaults", "hydra")  # nothing that a user sets
_GLOBAL = re.compile(r"^# @package _global_$", re.MULTILINE)
# folders whose YAMLs nobody chooses for a run: what several have in common, and what belongs to
# other commands
_NO_OPTIONS = ("mixins", "diarization", "lecture")
_CHOICE = re.compile(r"^  - (\w+): \w+ # (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Setting:
    """A setting as a YAML has it."""

    name: str
    value: str
    comment: str


@dataclass(frozen=True)
class Option:
    """A YAML: one option of a group, or the main one."""

    comment: str
    settings: Mapping[str, Setting]
    choices: Mapping[str, str]  # the options of other groups that it brings


def find_groups(folders: Iterable[Path]) -> dict[str, dict[str, Path]]:
    """The groups, and the file of each of their options."""
    groups: dict[str, dict[str, Path]] = {}
    for folder in folders:
        for path in sorted(folder.glob("*/*.yaml")):
            if path.parent.name not in _NO_OPTIONS:
                groups.setdefault(path.parent.name, {})[path.stem] = path
    return groups


def describe_groups() -> dict[str, str]:
    """What each group is for, as the main YAML says, in the order in which people choose."""
    text = _main_file().read_text(encoding="utf-8")
    groups = dict(reversed(_CHOICE.findall(text)))
    groups["experiment"] = groups.pop(
        "experiment"
    )  # of all the others: they come first
    return groups


def read_main() -> Option:
    """What all runs have."""
    return read_option(_main_file())


def read_option(path: Path) -> Option:
    """What a YAML says, with what it inherits."""
    text = path.read_text(encoding="utf-8")
    comment = _first_comment(text)
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, MappingNode):
        return Option(comment, {}, {})
    is_global = path == _main_file() or bool(_GLOBAL.search(text))
    prefix = "" if is_global else f"{path.parent.name}."
    own = {
        setting.name: setting
        for setting in _settings_of(root, text.splitlines(), prefix)
    }
    settings: dict[str, Setting] = {}
    choices: dict[str, str] = {}
    for base in map(read_option, _bases_of(root, path)):
        settings.update(base.settings)
        choices.update(base.choices)
    settings.update(with_comments(own, settings))
    choices.update(_choices_of(root))
    return Option(comment, settings, choices)


def with_comments(
    settings: Mapping[str, Setting], others: Mapping[str, Setting]
) -> dict[str, Setting]:
    """The settings, where they have no comment with that of the same one among others."""
    commented = {}
    for name, setting in settings.items():
        same = others.get(name, setting)
        comment = setting.comment or same.comment
        commented[name] = replace(setting, comment=comment)
    return commented


def _main_file() -> Path:
    return config_folder() / "train.yaml"


def _first_comment(text: str) -> str:
    """The comment that a YAML begins with."""
    lines = []
    for line in _GLOBAL.sub("", text).strip().splitlines():
        if not line.startswith("# "):
            break
        lines.append(line.removeprefix("# "))
    return " ".join(lines)


def _settings_of(node: MappingNode, lines: list[str], prefix: str) -> Iterator[Setting]:
    """The settings of a YAML, each with the comment on its line."""
    for key, value in node.value:
        name = f"{prefix}{key.value}"
        if key.value in _INTERNAL:
            continue
        if isinstance(value, MappingNode) and value.value:
            yield from _settings_of(value, lines, f"{name}.")
        else:
            _, _, comment = lines[key.start_mark.line].partition(" # ")
            yield Setting(name, _write_value(value), comment)


def _write_value(node: Node) -> str:
    """A value in one line, as on a command line."""
    if isinstance(node, SequenceNode):
        return f"[{','.join(map(_write_value, node.value))}]"
    return str(node.value) if isinstance(node, ScalarNode) else "{}"


def _bases_of(root: MappingNode, path: Path) -> Iterator[Path]:
    """The YAMLs that one inherits from: others of its group, or of none."""
    for entry in _defaults_of(root):
        if not isinstance(entry, ScalarNode):
            continue
        base = f"{entry.value}.yaml"
        shipped = config_folder() / path.parent.name
        if entry.value.startswith("/"):
            yield config_folder() / base.removeprefix("/")
        elif (path.parent / base).is_file():
            yield path.parent / base
        elif (shipped / base).is_file():
            yield shipped / base


def _choices_of(root: MappingNode) -> Iterator[tuple[str, str]]:
    """The options that a YAML chooses of other groups."""
    for entry in _defaults_of(root):
        if isinstance(entry, MappingNode):
            ((key, value),) = entry.value
            yield key.value.removeprefix("override /"), value.value


def _defaults_of(root: MappingNode) -> list[Node]:
    for key, value in root.value:
        if key.value == "defaults":
            return list(value.value)
    return []
