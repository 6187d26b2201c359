"""The audit of a data set."""

import shlex
from argparse import Namespace

from auris.audit.audit import run_audit
from auris.audit.output import AUDITS, print_audit, write_audit, write_clean_table
from auris.core.log import silence_libraries
from auris.core.places import config_folder
from auris.core.terminal import say
from auris.runs.compose import compose_run
from auris.training.data_folder import claim_data_folder
from auris.training.experiment import Experiment


def run(options: Namespace) -> None:
    silence_libraries()
    experiment = Experiment(compose_run(options.words, config_folder()))
    result = run_audit(experiment.dataset)
    print_audit(result)
    folder = claim_data_folder(experiment, AUDITS)
    say(f"Audit: {write_audit(result, folder)}")
    table = write_clean_table(result, folder)
    say(
        "Without what can't be used, and with all of one sound in a group: "
        f"data=csv {shlex.quote(f'data.table={table}')}"
    )
    raise SystemExit(int(result.failed))
