"""Room on a disk, asked for before it is written to."""

import errno
import os
import shutil
from pathlib import Path
from typing import NamedTuple

from auris.core.errors import UserError
from auris.core.text import format_bytes

_SPARE_BYTES = 2**24  # that must stay free on the disk, for what else is written


class Purpose(NamedTuple):
    """What room is needed for, and the setting that puts it elsewhere."""

    what: str
    setting: str


def check_space(folder: Path, size: int, purpose: Purpose) -> None:
    """Raise `UserError` where the disk of a folder has no room for `size` bytes."""
    free = shutil.disk_usage(folder).free
    if size + _SPARE_BYTES > free:
        raise _no_space(size, free, purpose)


def reserve_space(path: Path, purpose: Purpose) -> None:
    """Take the room that a file needs: a mapped one that finds none ends the program (SIGBUS).

    Raises `UserError` where there is none.
    """
    if not hasattr(os, "posix_fallocate"):
        return
    size = path.stat().st_size
    try:
        with path.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return  # a file system that can't reserve
        free = shutil.disk_usage(path.parent).free
        raise _no_space(size, free, purpose) from error


def _no_space(size: int, free: int, purpose: Purpose) -> UserError:
    return UserError(
        f"{purpose.what} needs {format_bytes(size)} and {format_bytes(free)} are free on its disk; "
        f"make room, or choose another folder with {purpose.setting}=..."
    )
