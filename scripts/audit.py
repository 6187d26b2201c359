"""Is a data set fit to learn from? python scripts/audit.py data=cats_babies (exit code 1: no)"""

from pathlib import Path

from auris.core.errors import Parser
from auris.core.explain import plain_errors

CONFIGS = Path(__file__).resolve().parents[1] / "configs"


def main() -> None:
    parser = Parser(description=__doc__)
    parser.add_argument(
        "words",
        nargs="*",
        help="settings of train.py, such as data=folder data.root=/my/recordings",
    )
    options = parser.parse_args()
    from auris.audit.audit import run_audit
    from auris.audit.output import print_audit, write_audit
    from auris.core.log import silence_libraries
    from auris.runs.compose import compose_run
    from auris.training.experiment import Experiment

    silence_libraries()
    experiment = Experiment(compose_run(options.words, CONFIGS))
    result = run_audit(experiment.dataset)
    print_audit(result)
    folder = experiment.outputs / "audit" / experiment.choices["data"]
    print(f"Audit: {write_audit(result, folder)}")
    raise SystemExit(int(result.failed))


if __name__ == "__main__":
    with plain_errors():
        main()
