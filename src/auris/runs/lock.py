"""One process at a time writes to a run."""

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout
from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.errors import UserError

_LOCK = ".lock"


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Hold a run while it is written to. Raises `UserError` where another process holds it.

    The system gives the lock back when its process ends, however it ends. It holds between hosts
    where their file system does, as NFS; one that knows no locks goes without.
    """
    if getattr(rank_zero_only, "rank", 0):  # the first of several holds it for all
        yield
        return
    path = folder / _LOCK
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
        path.write_text(f"process {os.getpid()} on {platform.node()}")
    except Timeout:
        raise UserError(
            f"The run in {folder} is still training{_holder(path)}; "
            "wait for its end, or stop it there first."
        ) from None
    except NotImplementedError:
        pass
    try:
        yield
    finally:
        lock.release()


def _holder(path: Path) -> str:
    """Who holds a lock, as far as is known."""
    with suppress(OSError):
        if text := path.read_text(errors="replace"):
            return f" ({text})"
    return ""
