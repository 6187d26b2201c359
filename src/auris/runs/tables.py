"""Runs side by side as tables: one value of each configuration, or all metrics with intervals."""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from math import isnan
from typing import Any, TextIO

from auris.runs.compare import ConfigurationSummary, read_estimate, scored_runs
from auris.runs.find import Run
from auris.runs.naming import group_runs
from auris.runs.result import without_nan

# of each data set, by its title
_Summaries = Mapping[str, Sequence[ConfigurationSummary]]


def to_markdown(summaries: Sequence[ConfigurationSummary], split: str) -> str:
    """The summaries in Markdown, a table for each metric."""
    by_metric = defaultdict(list)
    for summary in summaries:
        by_metric[summary.metric].append(_summary_cells(summary))
    tables = []
    for metric, rows in by_metric.items():
        head = (
            "configuration",
            "folds x seeds",
            f"{split} {metric}",
            "95 % interval",
            "std",
            "constant baseline",
            "minutes",
        )
        tables.append(_markdown_table(head, rows))
    return "\n\n".join(tables)


def join_sections(tables: Mapping[str, str]) -> str:
    """Tables in Markdown, each below its title; a single one needs none."""
    if len(tables) == 1:
        return next(iter(tables.values()))
    sections = [f"## {title}\n\n{table}" for title, table in tables.items()]
    return "\n\n".join(sections)


def to_json(summaries: _Summaries) -> str:
    rows = [without_nan(row) for row in _plain_rows(summaries)]
    return json.dumps(rows, indent=2)


def write_csv(file: TextIO, summaries: _Summaries) -> None:
    rows = _plain_rows(summaries)
    table = csv.DictWriter(file, list(rows[0]))
    table.writeheader()
    table.writerows(rows)


def all_metrics_table(runs: Sequence[Run], split: str) -> str:
    """A Markdown table: a row for each metric of the split, a column for each configuration.

    A cell has the value of the newest run with its interval over clips. Metrics that have no value
    in any run, for want of such clips, are left out.
    """
    names = []
    columns = []
    for name, group in group_runs(scored_runs(runs, split)):
        newest = group[-1]
        names.append(name)
        columns.append(newest.result[split]["metrics"])
    rows = []
    for metric in dict.fromkeys(chain(*columns)):
        cells = [_estimate_text(column.get(metric)) for column in columns]
        if any(cells):
            rows.append([metric, *cells])
    return _markdown_table([split, *names], rows)


def _plain_rows(summaries: _Summaries) -> list[dict[str, Any]]:
    """A row for each configuration, with the data set that it is of."""
    return [
        {"dataset": title, **asdict(summary)}
        for title, group in summaries.items()
        for summary in group
    ]


def _summary_cells(summary: ConfigurationSummary) -> list[str]:
    mark = " **SIMULATED**" if "simulated" in summary.origin else ""
    interval = "-"
    if not isnan(summary.low):
        interval = f"{summary.low:.3f} to {summary.high:.3f}"
    return [
        summary.name + mark,
        f"{summary.folds} x {summary.seeds}",
        _number_text(summary.mean),
        interval,
        _number_text(summary.std),
        _number_text(summary.constant_baseline),
        f"{summary.minutes:.1f}",
    ]


def _number_text(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3f}"


def _estimate_text(metric: dict[str, float | None] | None) -> str:
    """A value with its interval; nothing where there is none."""
    if not metric:
        return ""
    estimate = read_estimate(metric)
    return "" if isnan(estimate.value) else str(estimate)


def _markdown_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---"] * len(head)
    lines = []
    for cells in (head, rule, *rows):
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
