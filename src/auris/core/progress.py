"""Progress bars, shown where there is a terminal, and parallel work under one."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def track_progress(items: Iterable[Item], title: str, total: int) -> Iterator[Item]:
    """The items, with a bar on stderr that goes away when they are done."""
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    hidden = not console.is_terminal
    yield from track(
        items, title, total, console=console, transient=True, disable=hidden
    )


def map_parallel(
    work: Callable[[Item], Result], items: Sequence[Item], title: str, workers: int = 0
) -> list[Result]:
    """`work` on every item, in threads, under a progress bar; in the order of the items."""
    if not items:
        return []
    with ThreadPoolExecutor(workers or os.cpu_count()) as pool:
        try:
            results = pool.map(work, items)
            return list(track_progress(results, title, len(items)))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
