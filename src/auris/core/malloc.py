"""Memory that is used in every step is kept, not given back."""

import ctypes
import sys

MMAP_THRESHOLD, TRIM_THRESHOLD = -3, -1  # of mallopt, in malloc.h


LARGEST = 2**31 - 1  # bytes


def keep_memory() -> None:
    """Let glibc keep freed blocks of any size for the next batch.

    By default it hands blocks of some megabytes back to the kernel, and fetching them again, page by page, for
    each batch of waves took half of the time of a log-mel on a CPU. Does nothing where there is no glibc.
    """
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt:
        mallopt(MMAP_THRESHOLD, LARGEST)
        mallopt(TRIM_THRESHOLD, LARGEST)
