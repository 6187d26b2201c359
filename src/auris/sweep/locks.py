"""Which processes are alive: locks on files, which end with the process that holds them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from filelock import FileLock, Timeout


@contextmanager
def process_lock(folder: Path) -> Iterator[str]:
    """Show others that this process is alive, under the name that it is given."""
    name = f"{os.getpid()}.{uuid4().hex[:6]}"  # numbers of processes come again
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / name):
            yield name
    finally:
        (folder / name).unlink(missing_ok=True)


def is_alive(folder: Path, name: str) -> bool:
    """Whether the process that was given this name is alive."""
    path = folder / name
    if not path.is_file():
        return False
    try:
        with FileLock(path, blocking=False):
            pass
    except Timeout:
        return True
    path.unlink(missing_ok=True)
    return False
