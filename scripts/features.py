"""What a model sees of each clip, as a table:

python scripts/features.py data=esc10 features=statistics > esc10.csv
"""

import csv
import sys
from pathlib import Path

from auris.core.errors import Parser
from auris.core.explain import plain_errors

CONFIGS = Path(__file__).resolve().parents[1] / "configs"


def main() -> None:
    parser = Parser(description=__doc__)
    parser.add_argument(
        "words",
        nargs="*",
        help="settings of train.py, such as data=... and features=...",
    )
    options = parser.parse_args()
    from auris.core.log import silence_libraries
    from auris.inference.features_table import rows
    from auris.runs.compose import compose_run
    from auris.training.experiment import Experiment

    silence_libraries()
    experiment = Experiment(compose_run(options.words, CONFIGS))
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows(experiment))


if __name__ == "__main__":
    with plain_errors():
        main()
