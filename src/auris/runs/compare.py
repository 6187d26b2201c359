"""What the runs of each configuration came to: the mean over folds and seeds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from statistics import mean, stdev
from typing import Any

from auris.core.errors import UserError, nearest
from auris.runs.find import Run
from auris.runs.naming import group_runs


@dataclass(frozen=True)
class ConfigurationSummary:
    """What the runs of one configuration came to."""

    name: str
    metric: str
    folds: int
    seeds: int
    mean: float  # over folds and seeds
    std: float  # over seeds, of the mean over folds; NaN with one seed
    low: float  # 95 % interval of the mean, from the spread of the folds; NaN with one fold
    high: float
    constant_baseline: float
    minutes: float  # a run
    origin: str  # of the data: "real" or "simulated", or both
    best: str  # "max" or "min"


def default_split(runs: Sequence[Run]) -> str:
    """The split by which runs are compared: "test" where any has opened it, else "val"."""
    return "test" if any("test" in run.result for run in runs) else "val"


def scored_runs(runs: Sequence[Run], split: str) -> list[Run]:
    """The runs that have looked at a split, "test" or "val"."""
    found = [run for run in runs if split in run.result]
    if not found:
        raise UserError(
            f"None of these runs has looked at its {split} set; "
            "compare them by the other one with --set."
        )
    return found


def summarize_runs(
    runs: Sequence[Run], metric: str | None, split: str
) -> list[ConfigurationSummary]:
    """A summary of each configuration, the best first; `split` is "test" or "val".

    Without `metric` each has the main one of its task.
    """
    summaries = [
        _summarize(name, group, metric or main_metric(group[0], split), split)
        for name, group in group_runs(scored_runs(runs, split))
    ]
    return sorted(summaries, key=_rank)


def main_metric(run: Run, split: str) -> str:
    return next(iter(run.result[split]["metrics"]))


def read_value(value: float | None) -> float:
    """A value of a result, NaN where there was none, as of the AUROC where no anomaly validates."""
    return nan if value is None else value


def mean_interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of values (Student, 1908), of fractions within 0 and 1.

    NaN for less than three values.
    """
    if len(values) < 3 or isnan(mean(values)):
        return nan, nan
    from scipy.stats import t

    center = mean(values)
    half = t.ppf(0.975, len(values) - 1) * stdev(values) / len(values) ** 0.5
    low, high = center - half, center + half
    are_fractions = min(values) >= 0 and max(values) <= 1
    return (max(0.0, low), min(1.0, high)) if are_fractions else (low, high)


def _summarize(name: str, group: Sequence[Run], metric: str, split: str) -> ConfigurationSummary:
    values = [_metric_value(run, metric, split) for run in group]
    baselines = [read_value(run.result[split]["majority"][metric]) for run in group]
    folds = _means_by([run.result["fold"] for run in group], values)
    seeds = _means_by([run.result["seed"] for run in group], values)
    low, high = mean_interval(folds)
    several_seeds = len(seeds) > 1 and not isnan(mean(seeds))
    return ConfigurationSummary(
        name=name,
        metric=metric,
        folds=len(folds),
        seeds=len(seeds),
        mean=mean(folds),
        std=stdev(seeds) if several_seeds else nan,
        low=low,
        high=high,
        constant_baseline=mean(baselines),
        minutes=mean(run.result["seconds"] for run in group) / 60,
        origin=", ".join(sorted({run.result["source"] for run in group})),
        best=group[0].result[split].get("best", {}).get(metric, "max"),
    )


def _metric_value(run: Run, metric: str, split: str) -> float:
    metrics = run.result[split]["metrics"]
    if metric not in metrics:
        raise UserError(f"There is no --metric {metric}; {nearest(metric, metrics)}")
    return read_value(metrics[metric]["value"])


def _means_by(keys: Sequence[Any], values: Sequence[float]) -> list[float]:
    """The mean of the values of each key."""
    groups = defaultdict(list)
    for key, value in zip(keys, values, strict=True):
        groups[key].append(value)
    return [mean(group) for group in groups.values()]


def _rank(summary: ConfigurationSummary) -> tuple[bool, float]:
    """Small for the best, largest for what has no value."""
    return isnan(summary.mean), summary.mean if summary.best == "min" else -summary.mean
