"""Runs side by side as tables: one value of each configuration, or all metrics with intervals."""

import csv
import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from typing import TextIO

from auris.runs.compare import ConfigurationSummary, read_value, scored_runs
from auris.runs.find import Run
from auris.runs.naming import group_runs
from auris.runs.result import without_nan
from auris.tasks.metric import Estimate


def to_markdown(summaries: Sequence[ConfigurationSummary], split: str) -> str:
    """The summaries in Markdown, a table for each metric."""
    tables = []
    for metric in dict.fromkeys(summary.metric for summary in summaries):
        head = (
            "configuration",
            "folds x seeds",
            f"{split} {metric}",
            "95 % interval",
            "std",
            "constant baseline",
            "minutes",
        )
        rows = [_cells(summary) for summary in summaries if summary.metric == metric]
        tables.append(_markdown_table(head, rows))
    return "\n\n".join(tables)


def to_json(summaries: Sequence[ConfigurationSummary]) -> str:
    return json.dumps([without_nan(asdict(summary)) for summary in summaries], indent=2)


def write_csv(file: TextIO, summaries: Sequence[ConfigurationSummary]) -> None:
    table = csv.DictWriter(file, list(asdict(summaries[0])))
    table.writeheader()
    table.writerows(asdict(summary) for summary in summaries)


def all_metrics_table(runs: Sequence[Run], split: str) -> str:
    """A Markdown table: a row for each metric of the split, a column for each configuration.

    A cell has the value of the newest run with its interval over clips. Metrics that have no value
    in any run, for want of such clips, are left out.
    """
    groups = group_runs(scored_runs(runs, split))
    newest = {name: group[-1].result[split]["metrics"] for name, group in groups}
    rows = []
    for metric in dict.fromkeys(metric for metrics in newest.values() for metric in metrics):
        values = [_estimate_text(metrics.get(metric)) for metrics in newest.values()]
        if any(values):
            rows.append([metric, *values])
    return _markdown_table([split, *newest], rows)


def _cells(summary: ConfigurationSummary) -> list[str]:
    mark = " **SIMULATED**" if "simulated" in summary.origin else ""
    has_interval = not isnan(summary.low)
    return [
        summary.name + mark,
        f"{summary.folds} x {summary.seeds}",
        _number_text(summary.mean),
        f"{summary.low:.3f} to {summary.high:.3f}" if has_interval else "-",
        _number_text(summary.std),
        _number_text(summary.constant_baseline),
        f"{summary.minutes:.1f}",
    ]


def _number_text(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3f}"


def _estimate_text(estimate: dict[str, float | None] | None) -> str:
    """A value with its interval; nothing where there is none."""
    if not estimate or isnan(read_value(estimate["value"])):
        return ""
    return str(Estimate(**{key: read_value(value) for key, value in estimate.items()}))


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(head)
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rule, *rows))
