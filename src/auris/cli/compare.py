"""Runs, compared: in a table, in a picture, or two on the same clips."""

import json
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path

from auris.core.errors import UserError
from auris.core.places import find_folder
from auris.core.terminal import say, say_aside
from auris.runs.compare import ConfigurationSummary, scored_runs, summarize_runs
from auris.runs.curve_plot import plot_training_curves
from auris.runs.datasets import group_by_dataset
from auris.runs.find import Run, filter_runs, find_runs
from auris.runs.latest import resolve_latest
from auris.runs.setting_plot import plot_metric_over_setting
from auris.runs.significance import compare_pair
from auris.runs.tables import (
    all_metrics_table,
    join_sections,
    to_json,
    to_markdown,
    write_csv,
)


def run(options: Namespace) -> None:
    if options.paired:
        _print_pair(options)
        return
    if not (options.folders or options.same):
        raise UserError(
            "Name a folder with finished runs, or --same data=cats_babies for those in outputs."
        )
    _print_runs(options, options.folders or [str(find_folder("outputs"))])


def _print_pair(options: Namespace) -> None:
    """Say which of two runs is better on the same clips, and whether that may be luck."""
    pair = compare_pair(options.paired, options.set, options.plugins)
    if options.json:
        say(json.dumps(asdict(pair), indent=2))
        return
    say(
        f"{pair.metric} of {pair.first} less that of {pair.second}: {pair.difference:+.3f} "
        f"[{pair.low:+.3f}, {pair.high:+.3f}], {pair.clips} clips in {pair.groups} groups"
    )
    say(pair.sentence)


def _print_runs(options: Namespace, folders: Sequence[str]) -> None:
    """Print the table of the runs, and draw them where that is asked for."""
    runs = filter_runs(find_runs(folders), options.same)
    split = options.set
    shown = scored_runs(runs, split)
    datasets = group_by_dataset(shown)
    summaries = {
        title: summarize_runs(group, options.metric, split) for title, group in datasets
    }
    if options.details:
        _print_sections(
            {title: all_metrics_table(group, split) for title, group in datasets}
        )
    else:
        _print_tables(summaries, split, options)
    if all(isnan(summary.mean) for rows in summaries.values() for summary in rows):
        words = f"None has a value there, as where no anomaly is in the {split} set; see --set."
        say_aside(words)
    if left := len(runs) - len(shown):
        words = f"Left out, as they have not looked at their {split} set: {left} runs."
        say_aside(words)
    if options.picture or options.same or options.against:
        path = Path(options.picture or resolve_latest(folders[0]) / "compare.png")
        every = summarize_runs(shown, options.metric, split)
        _draw_runs(path, shown, [summary.name for summary in every], split, options)
        say_aside(f"Picture: {path}")


def _print_tables(
    summaries: Mapping[str, Sequence[ConfigurationSummary]],
    split: str,
    options: Namespace,
) -> None:
    """Print the table of each data set in the form that was asked for."""
    if options.json:
        say(to_json(summaries))
    elif options.csv:
        write_csv(sys.stdout, summaries)
    else:
        _print_sections(
            {title: to_markdown(rows, split) for title, rows in summaries.items()}
        )


def _print_sections(tables: Mapping[str, str]) -> None:
    """Print tables, each below the data set that it is of."""
    say(join_sections(tables))


def _draw_runs(
    path: Path,
    runs: Sequence[Run],
    names: Sequence[str],
    split: str,
    options: Namespace,
) -> None:
    """Draw a metric over a setting, or the training curves."""
    if options.against:
        figure = plot_metric_over_setting(runs, options.against, options.metric, split)
    else:
        figure = plot_training_curves(runs, names)
    figure.savefig(path)
