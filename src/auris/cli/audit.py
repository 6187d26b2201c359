"""The audit of a data set."""

from argparse import Namespace
from pathlib import Path

from auris.audit.audit import run_audit
from auris.audit.output import AUDITS, print_audit, write_audit
from auris.core.log import silence_libraries
from auris.core.places import config_folder
from auris.runs.compose import compose_run
from auris.runs.data_names import claim_name, find_free_name
from auris.training.experiment import Experiment


def run(options: Namespace) -> None:
    silence_libraries()
    experiment = Experiment(compose_run(options.words, config_folder()))
    result = run_audit(experiment.dataset)
    print_audit(result)
    print(f"Audit: {write_audit(result, _claim_folder(experiment))}")
    raise SystemExit(int(result.failed))


def _claim_folder(experiment: Experiment) -> Path:
    """Where the audit of its data is written: beside those of other data sets."""
    place = experiment.dataset.source.place or experiment.dataset.root
    audits = experiment.outputs / AUDITS
    folder = audits / find_free_name(audits, experiment.data_name, place)
    claim_name(folder, place)
    return folder
