"""Look at the test set of a finished run once more: python scripts/evaluate.py outputs/cats_babies/mlp/latest"""

import json

from auris.core.errors import Parser
from auris.core.explain import plain_errors


def main() -> None:
    parser = Parser(description=__doc__)
    parser.add_argument("run", help="folder of a finished run")
    parser.add_argument(
        "--set",
        choices=("test", "val", "train"),
        default="test",
        help="which clips (default: test)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON instead of a table"
    )
    parser.add_argument(
        "--plugins",
        nargs="*",
        default=[],
        help="packages of yours that the run's model is from",
    )
    options = parser.parse_args()
    from auris.core.log import open_terminal
    from auris.runs.result import without_nan
    from auris.training.reopen import evaluate_run

    open_terminal(quiet=options.json)
    scores = evaluate_run(options.run, options.set, options.plugins).scores
    if options.json:
        print(json.dumps(without_nan(scores), indent=2))


if __name__ == "__main__":
    with plain_errors():
        main()
