"""The items of the lecture: what their YAMLs say."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, final

import yaml

from auris.core.errors import UserError, suggest_choice
from auris.core.instantiate import Factory
from auris.core.places import config_folder
from auris.core.ranges import Range
from auris.core.validation import check_known, check_types
from auris.lecture.study import Study

_FOLDER = "lecture"
_STUDY = "study"


@final
@dataclass(frozen=True)
class Item:
    """An item of the lecture.

    Args:
        number: its place in the lecture.
        chapter: of the lecture.
        shows: what is seen, in half a line.
        idea: in three sentences.
        seconds: that it takes on two cores.
        settings: of `auris train`, from which it starts.
        study: the class and what it is given.
        next: what to change next, as commands.
        question: to think about.
    """

    name: str
    number: Annotated[int, Range(1, 1000)]
    chapter: str
    title: str
    shows: str
    idea: str
    seconds: Annotated[int, Range(1, 3600)]
    settings: list[str]
    study: dict[str, Any]
    next: list[str]
    question: str

    def make_study(self, settings: Mapping[str, Any]) -> Study:
        """The study, with other settings. Raises `UserError` for one that it does not take."""
        known = [name for name in self.study if name != "_target_"]
        check_known(settings, known, _STUDY)
        node = {**self.study, **settings}
        cls = Factory().class_of(node, _STUDY)
        check_types(cls, dict(settings), _STUDY)
        return Factory().make(node)


def find_items() -> list[Item]:
    """All items, in the order of the lecture."""
    paths = (config_folder() / _FOLDER).glob("*.yaml")
    items = [_read_item(path.stem) for path in paths]
    return sorted(items, key=lambda item: item.number)


def find_item(name: str) -> Item:
    """The item of this name. Raises `UserError` for one that is not there."""
    known = {item.name: item for item in find_items()}
    if name not in known:
        raise UserError(
            f"The lecture has no item {name}; {suggest_choice(name, known)}"
        )
    return known[name]


def split_words(words: list[str]) -> tuple[list[str], dict[str, Any]]:
    """Settings of train, and those of the study, which are typed as study.NAME=VALUE."""
    start = f"{_STUDY}."
    own = [word.removeprefix(start) for word in words if word.startswith(start)]
    parted = [word.partition("=") for word in own]
    settings = {name: yaml.safe_load(value) for name, _, value in parted}
    return [word for word in words if not word.startswith(start)], settings


def _read_item(name: str) -> Item:
    path = config_folder() / _FOLDER / f"{name}.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    known = {field.name for field in fields(Item)} - {"name"}
    check_known(told, known, path.name)
    check_types(Item, told, path.name)
    return Item(name=name, **told)
