"""Can the result be believed, and what went wrong? python scripts/report.py outputs/cats_babies/mlp/latest"""

from auris.core.errors import Parser
from auris.core.explain import plain_errors


def main() -> None:
    parser = Parser(description=__doc__)
    parser.add_argument(
        "runs", nargs="+", help="folders of finished runs; several are put side by side"
    )
    parser.add_argument(
        "--plugins", nargs="*", default=[], help="packages of yours that the runs name classes of"
    )
    options = parser.parse_args()
    from auris.core.log import hush
    from auris.report.comparison import write_comparison
    from auris.report.page import write_report
    from auris.report.reopen import open_context

    hush()
    contexts = [open_context(run, options.plugins) for run in options.runs]
    for context in contexts:
        print(f"Report: {write_report(context)}")
    if len(contexts) > 1:
        print(f"Side by side: {write_comparison(contexts)}")


if __name__ == "__main__":
    with plain_errors():
        main()
