"""The main job, called from Python."""

from typing import Any

from auris.api.run import OpenedRun
from auris.api.settings import to_words, user_errors
from auris.core.places import config_folder
from auris.report.page import try_to_report
from auris.runs.compose import compose_job
from auris.training import run as job
from auris.training.experiment import Experiment

_ALONE = "hydra.mode=RUN"  # not one of several, which would not test


def train(**settings: Any) -> OpenedRun:
    """Train a model: what `auris train` does, with the same names.

    What is named with a dot is given in a dictionary:
    `auris.train(model="cnn", data="folder", **{"data.root": "~/recordings"})`.

    Raises `UserError`, a sentence on what to do, for what can't be; with `debug=True` the error
    itself.
    """
    words = [*to_words(settings), _ALONE]
    with user_errors(settings):
        configuration, folder = compose_job(words, config_folder())
        finished = job.train(Experiment(configuration), folder)
        try_to_report(finished)
        return OpenedRun(finished.folder.resolve())
