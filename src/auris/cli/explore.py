"""A map of all clips that can be heard."""

from argparse import Namespace
from pathlib import Path

from auris.core.errors import UserError
from auris.core.files import write_atomically
from auris.core.log import silence_libraries
from auris.core.places import config_folder
from auris.core.terminal import say
from auris.explore.page import render_map
from auris.explore.points import read_points, read_run
from auris.runs.compose import compose_run
from auris.training.data_folder import claim_data_folder
from auris.training.experiment import Experiment
from auris.training.reopen import reopen

_PAGE = "explore.html"


def run(options: Namespace) -> None:
    silence_libraries()
    is_run = options.words and "=" not in options.words[0]
    page = _explore_run(options) if is_run else _explore_data(options)
    say(f"Map: {page}")


def _explore_data(options: Namespace) -> Path:
    experiment = Experiment(compose_run(options.words, config_folder()))
    points = read_points(experiment, options.clips)
    page = claim_data_folder(experiment, "explore") / _PAGE
    write_atomically(page, render_map(points, experiment.data_name, options.seeds))
    return page


def _explore_run(options: Namespace) -> Path:
    name, *others = options.words
    if others:
        raise UserError(
            f"{others[0]}: a run has its own data and features; name the run alone."
        )
    opened = reopen(name, options.plugins)
    points = read_run(opened, options.clips)
    title = f"{opened.experiment.data_name} as {opened.experiment.choices['model']} hears it"
    page = opened.folder / _PAGE
    write_atomically(page, render_map(points, title, options.seeds))
    return page
