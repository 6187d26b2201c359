"""The features of every clip, as a table."""

import csv
import sys
from argparse import Namespace

from auris.core.log import silence_libraries
from auris.core.places import config_folder
from auris.inference.features_table import feature_rows
from auris.runs.compose import compose_run
from auris.training.experiment import Experiment


def run(options: Namespace) -> None:
    silence_libraries()
    experiment = Experiment(compose_run(options.words, config_folder()))
    csv.writer(sys.stdout, lineterminator="\n").writerows(feature_rows(experiment))
