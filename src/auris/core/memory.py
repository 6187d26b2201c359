"""Memory, looked at before it is asked for: a system promises more than it has, and then kills."""

import os
import resource
import sys
from contextlib import suppress
from pathlib import Path

from auris.core.errors import UserError
from auris.core.text import format_bytes

_MEMINFO = Path("/proc/meminfo")


def check_memory(size: int, what: str, advice: str) -> None:
    """Raise `UserError` where `what` takes more than the memory that is free, `size` in bytes."""
    free = free_memory()
    if size > free:
        raise UserError(
            f"{what} takes {format_bytes(size)} of memory and {format_bytes(free)} are free; "
            f"{advice}."
        )


def free_memory() -> int:
    """Bytes that this process may still ask for; a limit of the shell (ulimit -v) counts."""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    free = _free_on_machine()
    return free if limit == resource.RLIM_INFINITY else min(free, limit)


def _free_on_machine() -> int:
    with suppress(OSError, LookupError, ValueError):
        lines = _MEMINFO.read_text().splitlines()
        facts = dict(line.split(":", 1) for line in lines)
        return int(facts["MemAvailable"].split()[0]) * 1024
    with suppress(
        OSError, ValueError
    ):  # macOS says how much there is, not how much is free
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return sys.maxsize
