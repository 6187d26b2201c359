"""What a model is given of some clips."""

from argparse import Namespace

from auris.core.files import write_atomically
from auris.core.log import silence_libraries
from auris.core.places import config_folder
from auris.look.page import render_look
from auris.look.views import view_clips
from auris.runs.compose import compose_run
from auris.training.data_folder import claim_data_folder
from auris.training.experiment import Experiment


def run(options: Namespace) -> None:
    silence_libraries()
    experiment = Experiment(compose_run(options.words, config_folder()))
    looked = view_clips(experiment, options.clips, options.draws)
    page = claim_data_folder(experiment, "look") / "look.html"
    write_atomically(page, render_look(looked, experiment))
    print(f"Look: {page}")
