"""One table of many runs, and one picture of all on the same data: python scripts/compare.py --same data=cats_babies"""

import csv
import json
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from auris.core.errors import Parser, UserError
from auris.core.explain import plain_errors

if TYPE_CHECKING:
    from auris.runs.compare import Row


def main() -> None:
    options = command_line()
    if options.paired:
        show_pair(options)
    else:
        show_all(options)


def show_all(options: Namespace) -> None:
    """Print the table of the runs, and draw them where that is asked for."""
    from auris.runs.compare import compare, scored, which_set
    from auris.runs.find import find_runs, pick

    runs = pick(find_runs(options.folders), options.same)
    name = options.set or which_set(runs)
    shown = scored(runs, name)
    rows = compare(shown, options.metric, name)
    if options.details:
        from auris.runs.details import details

        print(details(shown, name))
    else:
        show(rows, name, options)
    if left := len(runs) - len(shown):
        print(
            f"Left out, as they have not looked at their {name} set: {left} runs.", file=sys.stderr
        )
    if options.picture or options.same or options.against:
        from auris.runs.curve_plot import draw
        from auris.runs.setting_plot import draw_against

        path = Path(options.picture or Path(options.folders[0]) / "compare.png")
        names = [row.name for row in rows]
        against = options.against
        (
            draw_against(shown, against, options.metric, name) if against else draw(shown, names)
        ).savefig(path)
        print(f"Picture: {path}", file=sys.stderr)


def command_line() -> Namespace:
    parser = Parser(description=__doc__)
    parser.add_argument(
        "folders", nargs="*", help="folders with finished runs, at any depth (with --same: outputs)"
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
        "--against", metavar="SETTING", help="draw the metric over this setting, such as data.snr"
    )
    parser.add_argument(
        "--paired",
        nargs=2,
        metavar="RUN",
        help="two runs on the same clips: is one of them better?",
    )
    parser.add_argument("--metric", help="which metric (default: the main one of the task)")
    parser.add_argument(
        "--details",
        action="store_true",
        help="all metrics, with intervals over clips, side by side",
    )
    parser.add_argument(
        "--set", choices=("test", "val"), help="of which clips (default: test, if any run tested)"
    )
    parser.add_argument(
        "--plugins", nargs="*", default=[], help="packages of yours that the runs' tasks are from"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    form.add_argument("--csv", action="store_true", help="print CSV instead of Markdown")
    options = parser.parse_args()
    if not (options.folders or options.same or options.paired):
        raise UserError(
            "Name a folder with finished runs, or --same data=cats_babies for those in outputs."
        )
    options.folders = options.folders or ["outputs"]
    return options


def show_pair(options: Namespace) -> None:
    """Say which of two runs is better on the same clips, and whether that may be luck."""
    from auris.runs.significance import compare_pair

    pair = compare_pair(options.paired, options.set or "test", options.plugins)
    if options.json:
        print(json.dumps(asdict(pair), indent=2))
    else:
        print(
            f"{pair.metric} of {pair.first} less that of {pair.second}: {pair.difference:+.3f} "
            f"[{pair.low:+.3f}, {pair.high:+.3f}], {pair.clips} clips in {pair.groups} groups"
        )
        print(pair.said)


def show(rows: "list[Row]", name: str, options: Namespace) -> None:
    """Print the table in the form that was asked for."""
    from auris.runs.compare import markdown
    from auris.runs.result import without_nan

    if options.json:
        print(json.dumps([without_nan(asdict(row)) for row in rows], indent=2))
    elif options.csv:
        table = csv.DictWriter(sys.stdout, list(asdict(rows[0])))
        table.writeheader()
        table.writerows(asdict(row) for row in rows)
    else:
        print(markdown(rows, name))


if __name__ == "__main__":
    with plain_errors():
        main()
