"""What the runs of each configuration came to: the mean over folds and seeds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from statistics import mean, stdev
from typing import NamedTuple

from auris.core.errors import UserError, suggest_choice
from auris.runs.find import Run
from auris.runs.naming import group_runs
from auris.tasks.metric import Estimate

_OTHER = {"val": "test", "test": "val"}
_MIN_FOLDS = 3  # whose spread says anything


class _Interval(NamedTuple):
    """The ends of a 95 % interval, and what it is over."""

    low: float
    high: float
    n: int
    over: str


@dataclass(frozen=True)
class ConfigurationSummary:
    """What the runs of one configuration came to."""

    name: str
    metric: str
    folds: int
    seeds: int
    mean: float  # over folds and seeds
    std: float  # over seeds of the mean over folds, or over folds; NaN with one of both
    std_over: str  # "seeds" or "folds"
    low: float  # 95 % interval of the mean; NaN where there is none
    high: float
    n: int  # what the interval is over
    interval_over: str  # "folds", or "groups" of clips
    constant_baseline: float
    minutes: float  # a run
    origin: str  # of the data: "real" or "simulated", or both
    best: str  # "max" or "min"


def scored_runs(runs: Sequence[Run], split: str) -> list[Run]:
    """The runs that have looked at a split, "test" or "val"."""
    found = [run for run in runs if split in run.result]
    if not found:
        raise UserError(
            f"None of these runs has looked at its {split} set; "
            f"--set {_OTHER[split]} compares them by the other one."
        )
    return found


def summarize_runs(
    runs: Sequence[Run], metric: str | None, split: str
) -> list[ConfigurationSummary]:
    """A summary of each configuration, the best first; `split` is "test" or "val".

    Without `metric` each has the main one of its task.
    """
    summaries = []
    for name, group in group_runs(scored_runs(runs, split)):
        own_metric = metric or main_metric(group[0], split)
        summaries.append(_summarize_group(name, group, own_metric, split))
    return sorted(summaries, key=_rank)


def main_metric(run: Run, split: str) -> str:
    metrics = run.result[split]["metrics"]
    return next(iter(metrics))


def _read_value(value: float | None) -> float:
    """A value of a result, NaN where there was none, as of the AUROC where no anomaly validates."""
    return nan if value is None else value


def read_estimate(metric: dict[str, float | None]) -> Estimate:
    """A metric of a result with its interval, NaN where there was none."""
    return Estimate(
        value=_read_value(metric["value"]),
        low=_read_value(metric["low"]),
        high=_read_value(metric["high"]),
        n=int(metric["n"] or 0),
    )


def average_estimates(estimates: Sequence[Estimate]) -> Estimate:
    """The mean of estimates, and of the ends of their intervals, which may be wider than its own.

    The seeds of one fold are tried on the same clips, so that more of them make nothing surer.
    """
    return Estimate(
        value=mean(estimate.value for estimate in estimates),
        low=mean(estimate.low for estimate in estimates),
        high=mean(estimate.high for estimate in estimates),
        n=min(estimate.n for estimate in estimates),
    )


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of values (Student, 1908), of fractions within 0 and 1.

    NaN for less than three values.
    """
    center = mean(values)
    if len(values) < _MIN_FOLDS or isnan(center):
        return nan, nan
    from scipy.stats import t

    quantile = t.ppf(0.975, len(values) - 1)
    half = quantile * stdev(values) / len(values) ** 0.5
    if not half:
        return nan, nan
    low = center - half
    high = center + half
    if min(values) < 0 or max(values) > 1:
        return low, high
    return max(0.0, low), min(1.0, high)


def _summarize_group(
    name: str, group: Sequence[Run], metric: str, split: str
) -> ConfigurationSummary:
    by_fold = defaultdict(list)
    by_seed = defaultdict(list)
    baselines = []
    for run in group:
        value = metric_estimate(run, metric, split).value
        by_fold[run.result["fold"]].append(value)
        by_seed[run.result["seed"]].append(value)
        baseline = run.result[split]["constant_baseline"][metric]
        baselines.append(_read_value(baseline))
    folds = [mean(values) for values in by_fold.values()]
    seeds = [mean(values) for values in by_seed.values()]
    has_seeds = len(seeds) > 1
    interval = _interval(folds, [metric_estimate(run, metric, split) for run in group])
    modes = group[0].result[split].get("best", {})
    return ConfigurationSummary(
        name=name,
        metric=metric,
        folds=len(folds),
        seeds=len(seeds),
        mean=mean(folds),
        std=_std(seeds if has_seeds else folds),
        std_over="seeds" if has_seeds else "folds",
        low=interval.low,
        high=interval.high,
        n=interval.n,
        interval_over=interval.over,
        constant_baseline=mean(baselines),
        minutes=mean(run.result["seconds"] for run in group) / 60,
        origin=", ".join(sorted({run.result["origin"] for run in group})),
        best=modes.get(metric, "max"),
    )


def _interval(folds: Sequence[float], estimates: Sequence[Estimate]) -> _Interval:
    """From the spread of folds, whose clips are others; of fewer, that over the clips of each."""
    if len(folds) >= _MIN_FOLDS:
        return _Interval(*mean_interval(folds), len(folds), "folds")
    _, low, high, n = average_estimates(estimates)
    return _Interval(low, high, n, "groups")


def metric_estimate(run: Run, metric: str, split: str) -> Estimate:
    """A metric of a run. Raises `UserError` where it has none of that name."""
    metrics = run.result[split]["metrics"]
    if metric not in metrics:
        choices = suggest_choice(metric, metrics)
        raise UserError(f"There is no --metric {metric} in {run.folder}; {choices}")
    return read_estimate(metrics[metric])


def _std(values: Sequence[float]) -> float:
    """NaN for a single value, and where one is NaN."""
    if len(values) < 2 or isnan(mean(values)):
        return nan
    return stdev(values)


def _rank(summary: ConfigurationSummary) -> tuple[bool, float]:
    """Small for the best, largest for what has no value."""
    loss = summary.mean if summary.best == "min" else -summary.mean
    return isnan(summary.mean), loss
