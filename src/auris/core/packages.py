"""Packages that only some need: they are asked for when they are used."""

from importlib.util import find_spec

from auris.core.commands import extra_install
from auris.core.errors import UserError


def require_packages(user: str, extra: str, *packages: str) -> None:
    """Raise `UserError` unless these packages are there.

    Args:
        user: what needs them, for the message.
        extra: of Auris, that brings them.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        names = " and ".join(missing)
        raise UserError(f"{user} needs {names}; {extra_install(extra)} brings it.")
