"""Settings given by name, and errors as sentences: what all calls from Python share."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from auris.core.errors import UserError
from auris.core.explain import explain_error


def to_words(settings: Mapping[str, Any]) -> list[str]:
    """Settings as the words of a command line."""
    return [f"{name}={_to_word(value)}" for name, value in settings.items()]


@contextmanager
def user_errors(settings: Mapping[str, Any]) -> Iterator[None]:
    """Turn every error into the sentence that a command line would show, unless `debug`."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if settings.get("debug"):
            raise
        raise UserError(explain_error(error)) from None


def _to_word(value: Any) -> str:
    """A value as it is written on a command line."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_to_word, value))}]"
    if isinstance(value, Mapping):
        pairs = (f"{name}:{_to_word(item)}" for name, item in value.items())
        return f"{{{','.join(pairs)}}}"
    return str(value)
