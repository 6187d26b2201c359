"""The main job, called from Python."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from auris.api.run import OpenedRun
from auris.core.errors import UserError
from auris.core.explain import explain_error
from auris.core.places import config_folder
from auris.report.job import carry_out
from auris.runs.compose import compose_job

_ALONE = "hydra.mode=RUN"  # not one of several, which would not test


def train(**settings: Any) -> OpenedRun:
    """Train a model: what `auris train` does, with the same names.

    What is named with a dot is given in a dictionary:
    `auris.train(model="cnn", data="folder", **{"data.root": "~/recordings"})`.

    Raises `UserError`, a sentence on what to do, for what can't be; with `debug=True` the error
    itself.
    """
    words = [f"{name}={_to_word(value)}" for name, value in settings.items()]
    with _user_errors(debug=bool(settings.get("debug"))):
        configuration, folder = compose_job([*words, _ALONE], config_folder())
        outcome = carry_out(configuration, folder)
        return OpenedRun(outcome.folder.resolve())


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


@contextmanager
def _user_errors(debug: bool) -> Iterator[None]:
    """Turn every error into the sentence that a command line would show."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        if debug:
            raise
        raise UserError(explain_error(error)) from None
