"""Whether settings are of the types that a constructor declares, in the user's words."""

from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from auris.core.errors import UserError, suggest_choice

_SINGULAR = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a word",
    type(None): "null",
}
_PLURAL: dict[Any, str] = {int: "whole numbers", float: "numbers", str: "words"}
_EXAMPLES = {
    "whole numbers": "[1,2]",
    "numbers": "[1,2]",
    "words": "[one,two]",
    "values": "[1,2]",
}
_CONTAINERS = (list, tuple, Sequence, Iterable)
_CONTAINER_ORIGINS = [get_origin(container) or container for container in _CONTAINERS]


def check_types(cls: type, settings: Mapping[str, Any], where: str) -> None:
    """Raise `UserError` for a setting of another type than the constructor declares."""
    try:
        hints = get_type_hints(cls.__init__)  # type: ignore[misc]
    except (NameError, TypeError, AttributeError):
        return  # a library's annotations that only a type checker can read
    for name, value in settings.items():
        if name in hints and not fits_type(value, hints[name]):
            expected = describe_expected(value, hints[name])
            raise UserError(f"{where}.{name}={value} should be {expected}")


def fits_type(value: Any, hint: Any) -> bool:
    """Whether a plain value goes with a declared type.

    A node that is still to be made goes with any.
    """
    if isinstance(value, dict):
        return True
    return any(_fits_member(value, member) for member in _members_of(hint))


def describe_expected(value: Any, hint: Any) -> str:
    """What would have fitted in the place of `value`, for people."""
    members = _members_of(hint)
    choices = _choices_of(members)
    if choices:
        return f"one of its choices; {suggest_choice(str(value), choices)}"
    words = [_SINGULAR[member] for member in members if member in _SINGULAR]
    lists = [_describe_list(member) for member in members if _is_container(member)]
    return " or ".join(words + lists[:1]) + "."


def _members_of(hint: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type."""
    is_union = get_origin(hint) in (Union, UnionType)
    return get_args(hint) if is_union else (hint,)


def _fits_member(value: Any, hint: Any) -> bool:
    """Whether a plain value goes with a type that is no union."""
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if _is_container(hint):
        return isinstance(value, list) and _fit_items(value, hint)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return hint is Any or type(value) is hint


def _fit_items(values: list[Any], hint: Any) -> bool:
    """Whether values go with the first type that a container declares for its items."""
    declared = (member for member in get_args(hint) if member is not Ellipsis)
    item = next(declared, Any)
    return all(fits_type(value, item) for value in values)


def _is_container(hint: Any) -> bool:
    return hint in _CONTAINERS or get_origin(hint) in _CONTAINER_ORIGINS


def _choices_of(members: Iterable[Any]) -> list[str]:
    """The words of all literals among some types."""
    choices: list[str] = []
    for member in members:
        if get_origin(member) is Literal:
            choices += map(str, get_args(member))
    return choices


def _describe_list(hint: Any) -> str:
    """'a list of words, as in [one,two]'"""
    named = (member for member in get_args(hint) if member in _SINGULAR)
    items = _PLURAL.get(next(named, None), "values")
    return f"a list of {items}, as in {_EXAMPLES[items]}"
