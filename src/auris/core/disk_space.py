"""Room on a disk, asked for before it is written to."""

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from auris.core.errors import UserError
from auris.core.text import format_bytes

_FULL = (errno.ENOSPC, errno.EDQUOT)
_TORCH_WRITER = "inline_container"  # whose errors tell no number
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
        if error.errno not in _FULL:
            return  # a file system that can't reserve
        free = shutil.disk_usage(path.parent).free
        raise _no_space(size, free, purpose) from error


def is_full_disk(error: BaseException | None) -> bool:
    """Whether a full disk is behind an error."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _FULL:
            return True
        if isinstance(error, RuntimeError) and _TORCH_WRITER in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def describe_free_space(folder: Path) -> str:
    """'0.3 MB', on the disk of a folder."""
    return format_bytes(shutil.disk_usage(folder).free)


@contextmanager
def quiet_full_disk() -> Iterator[None]:
    """Let no thread print that it finds a full disk: who writes from the main one will say so."""
    former = threading.excepthook

    def tell(thread: threading.ExceptHookArgs) -> None:
        if not is_full_disk(thread.exc_value):
            former(thread)

    threading.excepthook = tell
    try:
        yield
    finally:
        threading.excepthook = former


def _no_space(size: int, free: int, purpose: Purpose) -> UserError:
    return UserError(
        f"{purpose.what} needs {format_bytes(size)} and {format_bytes(free)} are free on its disk; "
        f"make room, or choose another folder with {purpose.setting}=..."
    )
