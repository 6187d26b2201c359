"""The contestants' side of a race: one lap for each line on stdin, its seconds as JSON on stdout.

Needs nothing but Python, so that it runs in other environments too.
"""

import json
import os
import sys
from collections.abc import Iterator
from time import perf_counter

_REPORTS = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # whatever else is printed is no report


def await_turns() -> Iterator[int]:
    """The number of each lap, as soon as it is allowed to begin."""
    for number, _ in enumerate(iter(sys.stdin.readline, "")):
        yield number


def timed_turns() -> Iterator[int]:
    """The same; reports the time until the next lap is asked for: that of the loop's body."""
    for number in await_turns():
        start = perf_counter()
        yield number
        report_seconds(epoch=perf_counter() - start)


def report_seconds(**seconds: float) -> None:
    print(json.dumps(seconds), file=_REPORTS, flush=True)
