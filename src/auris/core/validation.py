"""Whether settings are of the types that a constructor declares, told in the words of its user."""

from collections.abc import Iterable, Mapping, Sequence
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from auris.core.errors import UserError, nearest

NAMES = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a word",
    type(None): "null",
}


EXAMPLES = {
    "whole numbers": "[1,2]",
    "numbers": "[1,2]",
    "words": "[one,two]",
    "values": "[1,2]",
}


CONTAINERS = (list, tuple, Sequence, Iterable)


def check_types(cls: type, settings: Mapping[str, Any], where: str) -> None:
    """Raise `UserError` for a setting that is not of the type that the constructor declares."""
    try:
        hints = get_type_hints(cls.__init__)  # type: ignore[misc]
    except (NameError, TypeError, AttributeError):
        return  # a library's annotations that only a type checker can read
    for name, value in settings.items():
        if name in hints and not fits(value, hints[name]):
            raise UserError(
                f"{where}.{name}={value} should be {describe(value, hints[name])}"
            )


def parts(hint: Any) -> tuple[Any, ...]:
    """The types of a union, or the one type."""
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def fits(value: Any, hint: Any) -> bool:
    """Whether a plain value goes with a declared type; a node that is still to be made goes with any."""
    return isinstance(value, dict) or any(fits_one(value, part) for part in parts(hint))


def fits_one(value: Any, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if is_container(hint):
        inner = next((part for part in get_args(hint) if part is not Ellipsis), Any)
        return isinstance(value, list) and all(fits(item, inner) for item in value)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return hint is Any or type(value) is hint


def is_container(hint: Any) -> bool:
    return hint in CONTAINERS or get_origin(hint) in [
        get_origin(c) or c for c in CONTAINERS
    ]


def describe(value: Any, hint: Any) -> str:
    """What would have fitted, for people."""
    choices = [
        choice
        for part in parts(hint)
        if get_origin(part) is Literal
        for choice in get_args(part)
    ]
    if choices:
        return f"one of its choices; {nearest(str(value), map(str, choices))}"
    lists = [
        f"a list of {plural(part)}, as in {EXAMPLES[plural(part)]}"
        for part in parts(hint)
        if is_container(part)
    ]
    return (
        " or ".join([NAMES[part] for part in parts(hint) if part in NAMES] + lists[:1])
        + "."
    )


def plural(hint: Any) -> str:
    inner = next((part for part in get_args(hint) if part in NAMES), None)
    return (
        {int: "whole numbers", float: "numbers", str: "words"}.get(inner, "values")
        if inner
        else "values"
    )
