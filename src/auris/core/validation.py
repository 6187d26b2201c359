"""Whether settings are what a constructor declares, types and ranges, in the user's words."""

from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from auris.core.errors import UserError, suggest_choice
from auris.core.library_settings import library_hints
from auris.core.ranges import Length, Range

_SINGULAR: dict[Any, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a word",
    type(None): "null",
}
_PLURAL: dict[Any, str] = {int: "whole numbers", float: "numbers", str: "words"}
_NUMBERS = ("1", "2", "3", "4")  # of examples
_WORDS = ("one", "two", "three", "four")
_CONTAINERS = (list, tuple, Sequence, Iterable)
_CONTAINER_ORIGINS = [get_origin(container) or container for container in _CONTAINERS]


def check_types(cls: type, settings: Mapping[str, Any], where: str) -> None:
    """Raise `UserError` for a setting that is not what the constructor declares."""
    hints = declared_hints(cls)
    for name, value in settings.items():
        if name in hints and not fits_type(value, hints[name]):
            key = f"{where}.{name}" if where else name
            expected = describe_expected(value, hints[name])
            raise UserError(f"{key}={write_value(value)} should be {expected}")


def check_known(settings: Iterable[str], known: Iterable[str], where: str) -> None:
    """Raise `UserError` for a setting that nothing would read."""
    for name in settings:
        if name not in known:
            advice = suggest_choice(name, known)
            raise UserError(f"There is no setting {where}.{name}; in {where}: {advice}")


def declared_hints(cls: type) -> dict[str, Any]:
    """What the constructor of a class takes, by name, with ranges."""
    try:
        hints = get_type_hints(cls.__init__, include_extras=True)  # type: ignore[misc]
    except (NameError, TypeError, AttributeError):
        hints = {}  # a library's annotations that only a type checker can read
    hints.pop("return", None)
    return {**hints, **library_hints(cls)}


def fits_type(value: Any, hint: Any) -> bool:
    """Whether a plain value goes with a declared type.

    A node that is still to be made goes with any.
    """
    if isinstance(value, dict) and "_target_" in value:
        return True
    return any(_fits_member(value, member) for member in _members_of(hint))


def describe_expected(value: Any, hint: Any) -> str:
    """What would have fitted in the place of `value`, for people."""
    members = _members_of(hint)
    choices = _choices_of(members)
    words = [_describe_scalar(member) for member in members]
    lists = [_describe_list(member) for member in members if _is_container(member)]
    described = [*filter(None, words), *lists[:1]]
    if choices and described in ([], [_SINGULAR[type(None)]]):
        advice = suggest_choice(str(value), choices)
        is_near = not advice.startswith("Choices: ")
        return f"one of its choices; {advice}" if is_near else f"one of {advice[9:]}"
    return f"{' or '.join([*_describe_parts(members), *described, *choices])}."


def write_value(value: Any) -> str:
    """A value as people type it."""
    if isinstance(value, list):
        return f"[{', '.join(map(write_value, value))}]"
    words = {None: "null", True: "true", False: "false"}
    return words[value] if value is None or isinstance(value, bool) else str(value)


def _members_of(hint: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type."""
    is_union = get_origin(hint) in (Union, UnionType)
    return get_args(hint) if is_union else (hint,)


def _split_annotated(hint: Any) -> tuple[Any, Any]:
    """A type, and what is said of it besides, if anything is."""
    if get_origin(hint) is not Annotated:
        return hint, None
    kind, limit, *_ = get_args(hint)
    return kind, limit


def _fits_member(value: Any, hint: Any) -> bool:
    """Whether a plain value goes with a type that is no union."""
    kind, limit = _split_annotated(hint)
    if get_origin(kind) is Literal:
        return any(
            value == word and type(value) is type(word) for word in get_args(kind)
        )
    if _is_container(kind):
        return isinstance(value, list) and _fit_items(value, kind, limit)
    if isinstance(value, dict):
        return kind not in _SINGULAR
    if kind is float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
    else:
        is_number = type(value) is kind
    return kind is Any or (is_number and (limit is None or value in limit))


def _fit_items(values: list[Any], hint: Any, length: Any) -> bool:
    """Whether values go with the first type that a container declares for its items."""
    item = _item_of(hint)
    fit = all(fits_type(value, item) for value in values)
    return fit and (length is None or len(values) in length)


def _item_of(hint: Any) -> Any:
    declared = (member for member in get_args(hint) if member is not Ellipsis)
    return next(declared, Any)


def _is_container(hint: Any) -> bool:
    kind, _ = _split_annotated(hint)
    return kind in _CONTAINERS or get_origin(kind) in _CONTAINER_ORIGINS


def _choices_of(members: Iterable[Any]) -> list[str]:
    """The words of all literals among some types."""
    choices: list[str] = []
    for member in members:
        if get_origin(member) is Literal:
            choices += map(write_value, get_args(member))
    return choices


def _describe_scalar(hint: Any) -> str:
    """'a whole number from 1 to 9'"""
    kind, limit = _split_annotated(hint)
    described = _SINGULAR.get(kind, "")
    return f"{described} {limit}" if limit and described else described


def _describe_parts(members: Iterable[Any]) -> list[str]:
    """What goes where a class is declared, or a mapping."""
    types = [_split_annotated(member)[0] for member in members]
    kinds = [get_origin(kind) or kind for kind in types]
    others = [
        kind for kind in kinds if isinstance(kind, type) and kind not in _SINGULAR
    ]
    if any(issubclass(kind, Mapping) for kind in others):
        return ["settings by name, as {} is none"]
    parts = [kind for kind in others if kind not in _CONTAINER_ORIGINS]
    return ["a part with a _target_ that names its class"] if parts else []


def _describe_list(hint: Any) -> str:
    """'a list of 2 numbers from 0 to 1, as in [1,2]'"""
    container, length = _split_annotated(hint)
    size = f"{length} " if length else ""
    item = _members_of(_item_of(container))[0]
    kind, limit = _split_annotated(item)
    if _is_container(kind):
        inner = _describe_list(item).removeprefix("a list")
        words, example = inner.split(", as in ")
        return f"a list of {size}lists{words}, as in [{example},{example}]"
    items = _PLURAL.get(kind, "values")
    limits = f" {limit}" if isinstance(limit, Range) else ""
    return f"a list of {size}{items}{limits}, as in {_write_example(kind, length)}"


def _write_example(kind: Any, length: Any) -> str:
    """'[1,2]', of as many items as there must be."""
    words = _WORDS if kind is str else _NUMBERS
    count = length.low if isinstance(length, Length) else 2
    return f"[{','.join(words[: max(2, count)])}]"
