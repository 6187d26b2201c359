"""Which processes are alive, and whose turn it is: locks on files, which end with the process that holds them."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait until no other process is here."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def presence(folder: Path) -> Iterator[str]:
    """Show others that this process is alive, under the name that it is given."""
    name = f"{os.getpid()}.{uuid4().hex[:6]}"  # numbers of processes come again
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / name):
        try:
            yield name
        finally:
            (folder / name).unlink()


def is_present(folder: Path, name: str) -> bool:
    """Whether the process that was given this name is alive."""
    path = folder / name
    if not path.is_file():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    path.unlink(missing_ok=True)
    return False
