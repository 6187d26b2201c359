"""Two runs on the same clips: is one of them better, or was it luck?"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from scipy.stats import binomtest
from torch import Tensor

from auris.core.errors import UserError
from auris.data.targets import codes
from auris.runs.find import Run, read_run
from auris.runs.folder import find_run
from auris.runs.naming import name_groups
from auris.runs.predictions import check_same_clips, read_comparable, read_predictions
from auris.tasks.comparable import Comparable

_SIGNIFICANCE_LEVEL = 0.05
_RESAMPLES = 10_000  # of the bootstrap


@dataclass(frozen=True)
class PairedDifference:
    """What the clips of two runs say of their difference in one metric: first less second."""

    first: str
    second: str
    metric: str
    difference: float
    low: float  # ends of its 95 % interval, by a bootstrap of groups (Efron, 1979)
    high: float
    p: float  # of a difference as large or larger where there is none
    clips: int
    groups: int
    sentence: str  # the difference and the p value


def compare_pair(
    places: Sequence[str], split: str, plugins: Sequence[str] = ()
) -> PairedDifference:
    """The difference of two runs on the same clips of a split, "test" or "val".

    Raises `UserError` where one of them has no predictions, or they are not of the same clips.
    """
    runs = [read_run(find_run(place)) for place in places]
    tables = [read_predictions(run.folder, split) for run in runs]
    check_same_clips(*tables)
    first = read_comparable(runs[0], tables[0], plugins)
    second = read_comparable(runs[1], tables[1], plugins)
    if first.name != second.name:
        raise UserError(
            f"The runs have other tasks: one is judged by {first.name}, the other by {second.name}."
        )
    names = _distinct_names(*runs)
    group = codes(row["group"] for row in tables[0])  # (N,)
    change = _resample_difference(first, second, group)
    known = change[~change.isnan()]
    low, high = known.quantile(torch.tensor([0.025, 0.975])).tolist()
    p, words = _test_difference(first, second, names, change)
    verdict = "a significant" if p < _SIGNIFICANCE_LEVEL else "no significant"
    return PairedDifference(
        first=names[0],
        second=names[1],
        metric=first.name,
        difference=_metric_value(first) - _metric_value(second),
        low=low,
        high=high,
        p=p,
        clips=len(group),
        groups=int(group.max()) + 1,
        sentence=f"{words}: p = {p:.2g}, {verdict} difference.",
    )


def mcnemar_p_value(won: int, lost: int) -> float:
    """The exact two-sided p value of clips that one of two answers alone is right on.

    (McNemar, 1947)
    """
    count = won + lost
    if count == 0:
        return 1.0
    return binomtest(won, count).pvalue


def bootstrap_p_value(change: Tensor) -> float:
    """The two-sided p value of no change, from its resamples (R,).

    (Efron and Tibshirani, 1993, equation 15.32)
    """
    known = change[~change.isnan()]
    not_above = int((known <= 0).sum())
    not_below = int((known >= 0).sum())
    rarer = min(not_above, not_below)
    p = 2 * (rarer + 1) / (len(known) + 1)
    return min(1.0, p)


def _resample_difference(
    first: Comparable, second: Comparable, group: Tensor
) -> Tensor:
    """(R,) differences in the metric on the same resamples of groups (N,)."""
    one = first.metric.resample(first.decoded, first.target, _RESAMPLES, group)
    other = second.metric.resample(second.decoded, second.target, _RESAMPLES, group)
    return one - other


def _metric_value(run: Comparable) -> float:
    return run.metric.value(run.decoded, run.target)


def _test_difference(
    first: Comparable, second: Comparable, names: tuple[str, str], change: Tensor
) -> tuple[float, str]:
    """The p value, and the difference in words.

    Of right and wrong by McNemar, of all else by the bootstrap, whose resamples are `change` (R,).
    """
    one, other = names
    if first.right is None or second.right is None:
        p = bootstrap_p_value(change)
        value = _metric_value(first)
        other_value = _metric_value(second)
        return p, f"{first.name} of {one} is {value:.3f}, of {other} {other_value:.3f}"
    only_first = first.right & ~second.right  # (N,)
    only_second = second.right & ~first.right  # (N,)
    won = int(only_first.sum())
    lost = int(only_second.sum())
    p = mcnemar_p_value(won, lost)
    return p, (
        f"{one} is right on {won} clips where {other} is wrong, wrong on {lost} where it is right"
    )


def _distinct_names(first: Run, second: Run) -> tuple[str, str]:
    """Names of two runs: of their models if that is enough, else of what differs, else folders."""
    one, other = first.result["model"], second.result["model"]
    if one == other:
        one, other = name_groups([[first], [second]])
    if one == other:
        one, other = str(first.folder), str(second.folder)
    return one, other
