"""One table of many runs: python scripts/compare.py outputs/cats_babies"""

import csv
import json
import sys
from dataclasses import asdict

from auris.errors import Parser, plain_errors


def main() -> None:
    parser = Parser(description=__doc__)
    parser.add_argument("folders", nargs="+", help="folders with finished runs, at any depth")
    parser.add_argument("--metric", default="accuracy", help="which metric (default: accuracy)")
    parser.add_argument("--set", choices=("test", "val"), default="test", help="of which clips (default: test)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON instead of Markdown")
    form.add_argument("--csv", action="store_true", help="print CSV instead of Markdown")
    options = parser.parse_args()
    from auris.compare import compare, find_runs, markdown
    from auris.record import without_nan

    rows = compare(find_runs(options.folders), options.metric, options.set)
    if options.json:
        print(json.dumps([without_nan(asdict(row)) for row in rows], indent=2))
    elif options.csv:
        table = csv.DictWriter(sys.stdout, list(asdict(rows[0])))
        table.writeheader()
        table.writerows(asdict(row) for row in rows)
    else:
        print(markdown(rows, options.metric, options.set))


if __name__ == "__main__":
    with plain_errors():
        main()
