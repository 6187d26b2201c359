"""Where what is said of a data set is written: beside what is said of others."""

from pathlib import Path

from auris.runs.data_names import claim_name, find_free_name
from auris.training.experiment import Experiment


def claim_data_folder(experiment: Experiment, kind: str) -> Path:
    """The folder of the data of an experiment below that of a kind in outputs, such as "audit"."""
    place = experiment.dataset.source.place or experiment.dataset.root
    every = experiment.outputs / kind
    folder = every / find_free_name(every, experiment.data_name, place)
    claim_name(folder, place)
    return folder
