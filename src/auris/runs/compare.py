"""Many runs in one table: the mean over folds and seeds of each configuration."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan
from statistics import mean, stdev

from auris.core.errors import UserError, nearest
from auris.runs.find import Run
from auris.runs.naming import configurations


@dataclass(frozen=True)
class Row:
    """What the runs of one configuration came to."""

    name: str
    metric: str
    folds: int
    seeds: int
    mean: float  # over folds and seeds
    deviation: float  # over seeds, of the mean over folds; NaN with one seed
    low: float  # 95 % interval of the mean, from the spread of the folds; NaN with one fold
    high: float
    majority: float
    minutes: float  # a run
    source: str
    best: str  # "max" or "min"


def which_set(runs: Sequence[Run]) -> str:
    """The set by which runs are compared: "test" where any has looked at it, else "val"."""
    return "test" if any("test" in run.result for run in runs) else "val"


def scored(runs: Sequence[Run], name: str) -> list[Run]:
    """The runs that have looked at a set, "test" or "val"."""
    found = [run for run in runs if name in run.result]
    if not found:
        raise UserError(
            f"None of these runs has looked at its {name} set; compare them by the other one with --set."
        )
    return found


def compare(runs: Sequence[Run], metric: str | None, name: str) -> list[Row]:
    """A row for each configuration, the best first; `name` is the set, "test" or "val".

    Without `metric` each row has the main one of its task.
    """
    rows = [
        summarize(label, group, metric or main_metric(group[0], name), name)
        for label, group in configurations(scored(runs, name))
    ]
    return sorted(
        rows, key=lambda row: (isnan(row.mean), row.mean if row.best == "min" else -row.mean)
    )


def main_metric(run: Run, name: str) -> str:
    return next(iter(run.result[name]["metrics"]))


def summarize(label: str, group: Sequence[Run], metric: str, name: str) -> Row:
    by_fold, by_seed, constant = defaultdict(list), defaultdict(list), []
    for run in group:
        scores = run.result[name]
        if metric not in scores["metrics"]:
            raise UserError(f"There is no --metric {metric}; {nearest(metric, scores['metrics'])}")
        value = number(scores["metrics"][metric]["value"])
        by_fold[run.result["fold"]].append(value)
        by_seed[run.result["seed"]].append(value)
        constant.append(number(scores["constant_baseline"][metric]))
    folds, seeds = (
        [mean(values) for values in by_fold.values()],
        [mean(values) for values in by_seed.values()],
    )
    low, high = interval(folds)
    return Row(
        name=label,
        metric=metric,
        folds=len(folds),
        seeds=len(seeds),
        mean=mean(folds),
        deviation=stdev(seeds) if len(seeds) > 1 and not isnan(mean(seeds)) else nan,
        low=low,
        high=high,
        majority=mean(constant),
        minutes=mean(run.result["seconds"] for run in group) / 60,
        source=", ".join(sorted({run.result["source"] for run in group})),
        best=group[0].result[name].get("best", {}).get(metric, "max"),
    )


def number(value: float | None) -> float:
    """A value of a result, NaN where there was none, as of the AUROC where no anomaly validates."""
    return nan if value is None else value


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of values (Student, 1908), of shares within 0 and 1; NaN for less than three."""
    if len(values) < 3 or isnan(mean(values)):
        return nan, nan
    from scipy.stats import t

    half = t.ppf(0.975, len(values) - 1) * stdev(values) / len(values) ** 0.5
    low, high = mean(values) - half, mean(values) + half
    return (max(0.0, low), min(1.0, high)) if min(values) >= 0 and max(values) <= 1 else (low, high)


def markdown(rows: Sequence[Row], name: str) -> str:
    """The rows in Markdown, a table for each metric."""
    metrics = dict.fromkeys(row.metric for row in rows)
    return "\n\n".join(
        table([row for row in rows if row.metric == metric], f"{name} {metric}")
        for metric in metrics
    )


def table(rows: Sequence[Row], figure: str) -> str:
    head = (
        "configuration",
        "folds x seeds",
        figure,
        "95 % interval",
        "deviation",
        "majority",
        "minutes",
    )
    lines = []
    for row in rows:
        mark = " **SIMULATED**" if "simulated" in row.source else ""
        runs, span = f"{row.folds} x {row.seeds}", f"{row.low:.3f} to {row.high:.3f}"
        figures = (
            f"{row.mean:.3f}",
            span,
            f"{row.deviation:.3f}",
            f"{row.majority:.3f}",
            f"{row.minutes:.1f}",
        )
        cells = [figure.replace("nan to nan", "-").replace("nan", "-") for figure in figures]
        lines.append([row.name + mark, runs, *cells])
    return in_markdown(head, lines)


def in_markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
