"""The object behind a dotted path."""

from importlib import import_module
from typing import Any

from auris.core.errors import UserError, first_line, nearest


def locate(path: str, where: str) -> Any:
    """The object that `path` names. Raises `UserError`, with the setting `where`, if there is none."""
    module, _, name = path.rpartition(".")
    try:
        found = import_module(module or name)
    except (ImportError, ValueError) as error:
        raise UserError(
            f"{where}: there is no {path} ({first_line(error)})."
        ) from error
    if not hasattr(found, name):
        classes = [key for key, value in vars(found).items() if isinstance(value, type)]
        raise UserError(f"{where}: there is no {path}; {nearest(name, classes)}")
    return getattr(found, name)


def check_trusted(path: str, where: str, packages: tuple[str, ...]) -> None:
    """Raise `UserError` unless `path` is of one of these packages, before any of it is imported."""
    if path.split(".")[0] not in packages:
        raise UserError(
            f"{where}: _target_ may not name {path}; allowed are classes of {', '.join(packages)} "
            "and of packages that the command line lists as plugins=[...]."
        )
