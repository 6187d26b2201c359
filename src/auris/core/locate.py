"""The object behind a dotted path."""

from importlib import import_module
from typing import Any

from auris.core.errors import UserError, first_line, suggest_choice


def locate_object(path: str, where: str) -> Any:
    """The object that `path` names.

    Raises `UserError`, with the setting `where`, if there is none.
    """
    module_name, _, name = path.rpartition(".")
    try:
        module = import_module(module_name or name)
    except (ImportError, ValueError) as error:
        reason = first_line(error)
        raise UserError(f"{where}: there is no {path} ({reason}).") from error
    if not hasattr(module, name):
        members = vars(module).items()
        classes = [key for key, value in members if isinstance(value, type)]
        raise UserError(f"{where}: there is no {path}; {suggest_choice(name, classes)}")
    return getattr(module, name)


def check_trusted(path: str, where: str, packages: tuple[str, ...]) -> None:
    """Raise `UserError` unless `path` is of one of these packages, before it is imported."""
    if path.split(".")[0] not in packages:
        raise UserError(
            f"{where}: _target_ may not name {path}; allowed are classes of "
            f"{', '.join(packages)} and of packages that the command line lists as "
            "plugins=[...]."
        )
