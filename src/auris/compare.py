"""Many runs in one table: the mean over folds and seeds of each configuration."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from omegaconf import OmegaConf

from auris.errors import UserError, nearest
from auris.folders import CONFIG, RESULT

VARIES = (  # within one configuration
    "seed", "data.fold", "data.root", "data.table", "data.url", "data.source", "paths.", "choices.", "resume", "debug",
    "test", "plugins",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """A finished run: its settings, flat, and its result."""

    settings: dict[str, Any]
    result: dict[str, Any]


@dataclass(frozen=True)
class Row:
    """What the runs of one configuration came to."""

    name: str
    folds: int
    seeds: int
    mean: float  # over folds and seeds
    deviation: float  # over seeds, of the mean over folds; NaN with one seed
    low: float  # 95 % interval of the mean, from the spread of the folds; NaN with one fold
    high: float
    majority: float
    minutes: float  # a run
    source: str


def find_runs(places: Sequence[str]) -> list[Run]:
    """The finished runs below some folders, the newest of each configuration, fold and seed."""
    found = sorted({path.resolve() for place in places for path in Path(place).rglob(RESULT)})
    runs: dict[Any, Run] = {}
    for path in found:
        settings = flat(OmegaConf.to_container(OmegaConf.load(path.with_name(CONFIG))))
        result = json.loads(path.read_text())
        runs[identity(settings), result["fingerprint"], result["seed"]] = Run(settings, result)
    if not runs:
        raise UserError(f"There is no finished run in {', '.join(places)}; name a folder such as outputs/cats_babies.")
    return list(runs.values())


def flat(node: Any, prefix: str = "") -> dict[str, Any]:
    """A nested configuration with dotted names."""
    if not isinstance(node, dict):
        return {prefix[:-1]: node}
    return {name: value for key, part in node.items() for name, value in flat(part, f"{prefix}{key}.").items()}


def identity(settings: dict[str, Any]) -> str:
    """What two runs of one configuration have in common."""
    return json.dumps({key: value for key, value in settings.items() if not varies(key)}, sort_keys=True)


def varies(key: str) -> bool:
    """Whether a setting may differ within one configuration."""
    return any(key == name or (name.endswith(".") and key.startswith(name)) for name in VARIES)


def compare(runs: Sequence[Run], metric: str, name: str) -> list[Row]:
    """A row for each configuration, the best first; `name` is the set, "test" or "val"."""
    scored = [run for run in runs if name in run.result]
    if not scored:
        raise UserError(f"None of these runs has looked at its {name} set; --set val compares by validation.")
    groups = defaultdict(list)
    for run in scored:
        groups[run.result["data"], run.result["about"], identity(run.settings)].append(run)
    names = name_groups(list(groups.values()))
    rows = [summarize(label, group, metric, name) for label, group in zip(names, groups.values(), strict=True)]
    return sorted(rows, key=lambda row: -row.mean)


def name_groups(groups: Sequence[Sequence[Run]]) -> list[str]:
    """The data and model of each configuration, with the settings in which those of one name differ."""
    names = [f"{group[0].result['data']} {group[0].result['model']}" for group in groups]
    return [
        " ".join([label, *differences(group[0], [g[0] for g, n in zip(groups, names, strict=True) if n == label])])
        for label, group in zip(names, groups, strict=True)
    ]


def differences(run: Run, others: Sequence[Run]) -> list[str]:
    """The settings of a run that are not the same in all others of its name."""
    keys = [key for key in run.settings if not varies(key)]
    return [f"{key}={run.settings[key]}" for key in keys if len({str(o.settings.get(key, "-")) for o in others}) > 1]


def summarize(label: str, group: Sequence[Run], metric: str, name: str) -> Row:
    by_fold, by_seed, constant = defaultdict(list), defaultdict(list), []
    for run in group:
        scores = run.result[name]
        if metric not in scores["metrics"]:
            raise UserError(f"There is no --metric {metric}; {nearest(metric, scores['metrics'])}")
        value = scores["metrics"][metric]["value"]
        by_fold[run.result["fold"]].append(value)
        by_seed[run.result["seed"]].append(value)
        constant.append(scores["majority"][metric])
    folds, seeds = [mean(values) for values in by_fold.values()], [mean(values) for values in by_seed.values()]
    low, high = interval(folds)
    return Row(
        name=label,
        folds=len(folds),
        seeds=len(seeds),
        mean=mean(folds),
        deviation=stdev(seeds) if len(seeds) > 1 else float("nan"),
        low=low,
        high=high,
        majority=mean(constant),
        minutes=mean(run.result["seconds"] for run in group) / 60,
        source=", ".join(sorted({run.result["source"] for run in group})),
    )


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the mean of values (Student, 1908), of shares within 0 and 1; NaN for less than three."""
    if len(values) < 3:
        return float("nan"), float("nan")
    from scipy.stats import t

    half = t.ppf(0.975, len(values) - 1) * stdev(values) / len(values) ** 0.5
    low, high = mean(values) - half, mean(values) + half
    return (max(0.0, low), min(1.0, high)) if min(values) >= 0 and max(values) <= 1 else (low, high)


def markdown(rows: Sequence[Row], metric: str, name: str) -> str:
    """The rows as a table in Markdown."""
    head = ("configuration", "folds x seeds", f"{name} {metric}", "95 % interval", "deviation", "majority", "minutes")
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in rows:
        mark = " **SIMULATED**" if "simulated" in row.source else ""
        runs, span = f"{row.folds} x {row.seeds}", f"{row.low:.3f} to {row.high:.3f}"
        figures = (f"{row.mean:.3f}", span, f"{row.deviation:.3f}", f"{row.majority:.3f}", f"{row.minutes:.1f}")
        cells = [figure.replace("nan to nan", "-").replace("nan", "-") for figure in figures]
        lines.append("| " + " | ".join([row.name + mark, runs, *cells]) + " |")
    return "\n".join(lines)
