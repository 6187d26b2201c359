"""The audit of a data set."""

from argparse import Namespace

from auris.audit.audit import run_audit
from auris.audit.output import AUDITS, print_audit, write_audit
from auris.cli.data_folder import claim_data_folder
from auris.core.log import silence_libraries
from auris.core.places import config_folder
from auris.core.terminal import say
from auris.runs.compose import compose_run
from auris.training.experiment import Experiment


def run(options: Namespace) -> None:
    silence_libraries()
    experiment = Experiment(compose_run(options.words, config_folder()))
    result = run_audit(experiment.dataset)
    print_audit(result)
    say(f"Audit: {write_audit(result, claim_data_folder(experiment, AUDITS))}")
    raise SystemExit(int(result.failed))
