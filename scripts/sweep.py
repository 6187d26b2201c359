"""Search for good settings:

python scripts/sweep.py data=cats_babies model=cnn optimizer.lr='log(1e-5,1e-1)' trials=40

What is searched is an override like log(1e-5,1e-1), uniform(0,0.5), int(1,4), range(16,65,16), or
mlp,cnn; the others hold for all trials. Settings of the sweep: trials=20, study=NAME,
timeout=MINUTES, processes=2, pruner=none. The same command goes on with a sweep that was killed, or
joins one that runs.
"""

import argparse
from pathlib import Path

from auris.core.errors import Parser
from auris.core.explain import exit_with, plain_errors

CONFIGS = Path(__file__).resolve().parents[1] / "configs"


def main() -> None:
    parser = Parser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "words",
        nargs="+",
        help="settings of train.py, searched or not, and of the sweep",
    )
    options = parser.parse_args()
    from auris.sweep.run import run_sweep

    try:
        run_sweep(options.words, CONFIGS)
    except KeyboardInterrupt:
        exit_with("Stopped; the same command goes on.", 130)


if __name__ == "__main__":
    with plain_errors():
        main()
