"""A finished run, looked at again."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from auris.core.errors import UserError
from auris.data.module import AudioDataModule
from auris.data.spec import Spec
from auris.runs.folder import MODEL, SPEC, check_same_data, finished_run, load_config
from auris.training.checkpoint_io import load_checkpoint, load_weights
from auris.training.evaluation import Evaluated, evaluate, predict_split, test
from auris.training.experiment import Experiment, reopened_configuration
from auris.training.fit import Choice, Fitted
from auris.training.system import System


class Reopened(NamedTuple):
    """A finished run that can predict again."""

    folder: Path
    experiment: Experiment
    fitted: Fitted


def evaluate_run(
    run: str, split: str = "test", plugins: Sequence[str] = ()
) -> Evaluated:
    """The scores of a run on its "test", "val" or "train" clips.

    Opening the test set is written down. Raises `UserError` where the run is not finished, or the
    data is no longer what it was.
    """
    folder, experiment, fitted = reopen(run, plugins)
    if split == "test":
        return test(experiment, fitted, folder)
    return evaluate(fitted, split, predict_split(fitted, split))


def reopen(run: str, plugins: Sequence[str] = ()) -> Reopened:
    """A run with its data and its weights. Raises `UserError` as `evaluate_run` does."""
    folder = finished_run(run)
    experiment = open_experiment(folder, plugins)
    dataset = experiment.dataset
    spec = Spec.load(folder / SPEC)
    check_same_data(folder, dataset.fingerprint)
    if dataset.spec != spec:
        raise UserError(
            f"The data of {run} has changed since ({dataset.spec} was {spec}); train anew."
        )
    system = load_system(experiment, folder, spec)
    trainer = experiment.build_trainer(None, folder)
    data = AudioDataModule(dataset, experiment.seed, trainer.strategy.root_device)
    choice = Choice(0, math.nan, 0, "")  # nothing that an opened run is asked for
    return Reopened(folder, experiment, Fitted(system, data, trainer, choice))


def open_experiment(folder: Path, plugins: Sequence[str] = ()) -> Experiment:
    """What a run's own configuration decides."""
    original = load_config(folder)
    return Experiment(reopened_configuration(original, plugins), original)


def load_system(experiment: Experiment, folder: Path, spec: Spec) -> System:
    """The trained system of a run, from tensors alone: nothing in the file is executed."""
    system = experiment.build_system(spec)
    load_weights(system, load_checkpoint(folder / MODEL), folder / MODEL)
    return system.eval()
