"""Runs by data set: what was learnt from other recordings is not compared."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

from auris.runs.find import Run

_DIGEST = 6  # letters, where a name does not tell data sets apart


def group_by_dataset(runs: Sequence[Run]) -> list[tuple[str, list[Run]]]:
    """The runs on each data set, with a title for it, in the order of their names.

    Runs are on one data set if they have the same recordings with the same labels, or the same
    test set, as where more and more recordings train.
    """
    groups: list[list[Run]] = []
    for run in runs:
        apart = [group for group in groups if not _shares_data(run, group)]
        alike = [group for group in groups if _shares_data(run, group)]
        groups = [*apart, [*chain(*alike), run]]
    titles = [_describe_data(group) for group in groups]
    count = Counter(titles)
    titled = []
    for title, group in zip(titles, groups, strict=True):
        if count[title] > 1:
            digest = group[-1].result["recordings"][:_DIGEST]
            title = f"{title} ({digest})"
        titled.append((title, group))
    return sorted(titled, key=lambda pair: (pair[1][-1].result["data"], pair[0]))


def _shares_data(run: Run, group: Sequence[Run]) -> bool:
    return any(_same_data(run, other) for other in group)


def _same_data(run: Run, other: Run) -> bool:
    keys = ("recordings", "test_set")
    return any(run.result[key] == other.result[key] for key in keys)


def _describe_data(group: Sequence[Run]) -> str:
    """The name of the data, and what it is as the newest run says, without where to hear it."""
    newest = group[-1].result
    about, _, _ = newest["about"].partition(";")
    return f"{newest['data']}: {about}"
