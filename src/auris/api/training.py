"""The main job, called from Python."""

from typing import Any

from auris.api.run import OpenedRun
from auris.api.settings import to_words, user_errors
from auris.core.places import config_folder
from auris.report.job import carry_out
from auris.runs.compose import compose_job

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
        outcome = carry_out(configuration, folder)
        return OpenedRun(outcome.folder.resolve())
