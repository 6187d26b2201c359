"""Many runs in one table, and in one picture: python scripts/compare.py --same data=cats_babies"""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from auris.core.errors import Parser, UserError
from auris.core.explain import plain_errors


def main() -> None:
    options = _command_line()
    if options.paired:
        _print_pair(options)
    else:
        _print_runs(options)


def _command_line() -> Namespace:
    parser = Parser(description=__doc__)
    parser.add_argument(
        "folders",
        nargs="*",
        help="folders with finished runs, at any depth (with --same: outputs)",
    )
    parser.add_argument(
        "--same",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME=VALUE",
        help="only runs with these choices and settings, which are drawn as well",
    )
    parser.add_argument(
        "--picture",
        metavar="FILE",
        help="draw the runs (with --same: compare.png in the first folder)",
    )
    parser.add_argument(
        "--against",
        metavar="SETTING",
        help="draw the metric over this setting, such as data.snr",
    )
    parser.add_argument(
        "--paired",
        nargs=2,
        metavar="RUN",
        help="two runs on the same clips: is one of them better?",
    )
    parser.add_argument(
        "--metric", help="which metric (default: the main one of the task)"
    )
    parser.add_argument(
        "--details",
        action="store_true",
        help="all metrics, with intervals over clips, side by side",
    )
    parser.add_argument(
        "--set",
        choices=("test", "val"),
        help="of which clips (default: test, if any run tested)",
    )
    parser.add_argument(
        "--plugins",
        nargs="*",
        default=[],
        help="packages of yours that the runs' tasks are from",
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_true", help="print JSON instead of Markdown"
    )
    form.add_argument(
        "--csv", action="store_true", help="print CSV instead of Markdown"
    )
    options = parser.parse_args()
    if not (options.folders or options.same or options.paired):
        raise UserError(
            "Name a folder with finished runs, or --same data=cats_babies for those in outputs."
        )
    options.folders = options.folders or ["outputs"]
    return options


def _print_pair(options: Namespace) -> None:
    """Say which of two runs is better on the same clips, and whether that may be luck."""
    from auris.runs.significance import compare_pair

    pair = compare_pair(options.paired, options.set or "test", options.plugins)
    if options.json:
        print(json.dumps(asdict(pair), indent=2))
        return
    print(
        f"{pair.metric} of {pair.first} less that of {pair.second}: {pair.difference:+.3f} "
        f"[{pair.low:+.3f}, {pair.high:+.3f}], {pair.clips} clips in {pair.groups} groups"
    )
    print(pair.sentence)


def _print_runs(options: Namespace) -> None:
    """Print the table of the runs, and draw them where that is asked for."""
    from auris.runs.compare import default_split, scored_runs, summarize_runs
    from auris.runs.find import filter_runs, find_runs
    from auris.runs.tables import all_metrics_table

    runs = filter_runs(find_runs(options.folders), options.same)
    split = options.set or default_split(runs)
    shown = scored_runs(runs, split)
    summaries = summarize_runs(shown, options.metric, split)
    if options.details:
        print(all_metrics_table(shown, split))
    else:
        _print_table(summaries, split, options)
    if left := len(runs) - len(shown):
        words = f"Left out, as they have not looked at their {split} set: {left} runs."
        print(words, file=sys.stderr)
    if options.picture or options.same or options.against:
        path = Path(options.picture or Path(options.folders[0]) / "compare.png")
        _draw_runs(path, shown, [summary.name for summary in summaries], split, options)
        print(f"Picture: {path}", file=sys.stderr)


def _print_table(summaries: Sequence[Any], split: str, options: Namespace) -> None:
    """Print the table in the form that was asked for."""
    from auris.runs.tables import to_json, to_markdown, write_csv

    if options.json:
        print(to_json(summaries))
    elif options.csv:
        write_csv(sys.stdout, summaries)
    else:
        print(to_markdown(summaries, split))


def _draw_runs(
    path: Path,
    runs: Sequence[Any],
    names: Sequence[str],
    split: str,
    options: Namespace,
) -> None:
    """Draw a metric over a setting, or the training curves."""
    from auris.runs.curve_plot import plot_training_curves
    from auris.runs.setting_plot import plot_metric_over_setting

    if options.against:
        figure = plot_metric_over_setting(runs, options.against, options.metric, split)
    else:
        figure = plot_training_curves(runs, names)
    figure.savefig(path)


if __name__ == "__main__":
    with plain_errors():
        main()
