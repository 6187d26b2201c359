"""Runs side by side as tables: one value of each configuration, or all metrics with intervals."""

import csv
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import chain
from math import isnan
from typing import Any, TextIO

from auris.core.text import escape_markdown, markdown_table
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
        tables.append(markdown_table(head, rows))
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

    A cell has the value of the newest run with its interval over groups of clips. Metrics that
    have no value in any run, for want of such clips, are left out.
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
            rows.append([escape_markdown(metric), *cells])
    return markdown_table([split, *map(escape_markdown, names)], rows)


def _plain_rows(summaries: _Summaries) -> list[dict[str, Any]]:
    """A row for each configuration, with the data set that it is of."""
    return [
        {"dataset": title, **asdict(summary)}
        for title, group in summaries.items()
        for summary in group
    ]


def _summary_cells(summary: ConfigurationSummary) -> list[str]:
    mark = " **SIMULATED**" if "simulated" in summary.origin else ""
    return [
        escape_markdown(summary.name) + mark,
        f"{summary.folds} x {summary.seeds}",
        _number_text(summary.mean),
        _interval_text(summary),
        _spread_text(summary),
        _number_text(summary.constant_baseline),
        f"{summary.minutes:.1f}",
    ]


def _interval_text(summary: ConfigurationSummary) -> str:
    """The interval and what it is over; of too few, how many they are."""
    if isnan(summary.mean):
        return "-"
    is_of_folds = summary.interval_over == "folds"
    over = f"{summary.n} folds" if is_of_folds else f"n = {summary.n}"
    ends = "-" if isnan(summary.low) else f"{summary.low:.3f} to {summary.high:.3f}"
    return f"{ends} ({over})"


def _spread_text(summary: ConfigurationSummary) -> str:
    if isnan(summary.std):
        return "-"
    return f"{summary.std:.3f} ({summary.std_over})"


def _number_text(value: float) -> str:
    return "-" if isnan(value) else f"{value:.3f}"


def _estimate_text(metric: dict[str, float | None] | None) -> str:
    """A value with its interval; nothing where there is none."""
    if not metric:
        return ""
    estimate = read_estimate(metric)
    return "" if isnan(estimate.value) else str(estimate)
