"""Two runs on the same clips: is one of them better, or was it luck?"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import torch
from torch import Tensor

from auris.core.errors import UserError
from auris.data.targets import codes
from auris.runs.find import Run, read_run
from auris.runs.folder import find_run
from auris.runs.naming import name_groups
from auris.runs.predictions import check_same_clips, read_comparable, read_predictions
from auris.tasks.comparable import Comparable

SIGNIFICANT = 0.05


REPEATS = 10_000  # of the bootstrap


@dataclass(frozen=True)
class Pair:
    """What the clips of two runs say of their difference in one metric, the first less the second."""

    first: str
    second: str
    metric: str
    difference: float
    low: float  # ends of its 95 % interval, by a bootstrap of groups (Efron, 1979)
    high: float
    p: float  # of a difference as large or larger where there is none
    clips: int
    groups: int
    said: str  # in words, the difference and the p value


def compare_pair(
    places_of_runs: Sequence[str], name: str, plugins: Sequence[str] = ()
) -> Pair:
    """The difference of two runs on the same clips of a set, "test" or "val".

    Raises `UserError` where one of them has no predictions, or they are not of the same clips.
    """
    runs = [read_run(find_run(place)) for place in places_of_runs]
    tables = [read_predictions(run.folder, name) for run in runs]
    check_same_clips(*tables)
    first, second = (
        read_comparable(run, rows, plugins)
        for run, rows in zip(runs, tables, strict=True)
    )
    if first.name != second.name:
        raise UserError(
            f"The runs have other tasks: one is judged by {first.name}, the other by {second.name}."
        )
    group = codes(row["group"] for row in tables[0])
    names = tell_apart(*runs)
    values = [one.metric.value(one.decoded, one.target) for one in (first, second)]
    # the draws of all resamples are the same, so that they can be subtracted one by one
    by_chance = [
        one.metric.resample(one.decoded, one.target, REPEATS, group)
        for one in (first, second)
    ]
    change = by_chance[0] - by_chance[1]  # (REPEATS,)
    low, high = change[~change.isnan()].quantile(torch.tensor([0.025, 0.975])).tolist()
    p, words = judge(first, second, change)
    said = f"{words.format(*names, *values)}: p = {p:.2g}, {'a' if p < SIGNIFICANT else 'no'} significant difference."
    return Pair(
        *names,
        first.name,
        values[0] - values[1],
        low,
        high,
        p,
        len(group),
        int(group.max()) + 1,
        said,
    )


def judge(first: Comparable, second: Comparable, change: Tensor) -> tuple[float, str]:
    """The p value, and the difference in words: of right and wrong by McNemar, of all else by the bootstrap."""
    if first.right is None or second.right is None:
        return sign_test(
            change
        ), f"{first.name} of {{0}} is {{2:.3f}}, of {{1}} {{3:.3f}}"
    won = int((first.right & ~second.right).sum())
    lost = int((second.right & ~first.right).sum())
    return (
        mcnemar(won, lost),
        f"{{0}} is right on {won} clips where {{1}} is wrong, wrong on {lost} where it is right",
    )


def mcnemar(won: int, lost: int) -> float:
    """The exact two-sided p value of so many clips that one of two answers alone is right on (McNemar, 1947)."""
    count = won + lost
    return min(
        1.0, 2 * sum(comb(count, k) for k in range(min(won, lost) + 1)) / 2**count
    )


def sign_test(change: Tensor) -> float:
    """The two-sided p value of no change, from its resamples (Efron and Tibshirani, 1993, equation 15.32)."""
    told = change[~change.isnan()]
    rarer = min(int((told <= 0).sum()), int((told >= 0).sum()))
    return min(1.0, 2 * (rarer + 1) / (len(told) + 1))


def tell_apart(first: Run, second: Run) -> tuple[str, str]:
    """Names of two runs: of their models if that is enough, else of what differs, else of their folders."""
    for names in (
        [run.result["model"] for run in (first, second)],
        name_groups([[first], [second]]),
    ):
        if names[0] != names[1]:
            return names[0], names[1]
    return str(first.folder), str(second.folder)
