"""Memory that is used in every step is kept, not given back."""

import ctypes
import sys

# of mallopt, in malloc.h
_M_MMAP_THRESHOLD = -3
_M_TRIM_THRESHOLD = -1
_MAX_BYTES = 2**31 - 1


def keep_freed_blocks() -> None:
    """Let glibc keep freed blocks of any size for the next batch.

    By default it hands blocks of some megabytes back to the kernel, and fetching them
    again, page by page, for each batch of waves took half of the time of a log-mel on a
    CPU. Does nothing where there is no glibc.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(_M_MMAP_THRESHOLD, _MAX_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _MAX_BYTES)
