"""Training longer than was asked for at first: in the same folder where the run is not finished,
else in a new one, so that what was said of the old one stays true.
"""

import shutil
from pathlib import Path
from typing import Any

from auris.core.errors import UserError
from auris.core.files import draft_of, read_json_object
from auris.core.log import info
from auris.core.places import is_inside
from auris.runs.folder import CURVES, check_same_data, find_run
from auris.runs.writing import new_folder
from auris.training.checkpoint_io import BEST, DONE, LAST
from auris.training.experiment import Experiment
from auris.training.fit import ALL, Choice, epochs_done
from auris.training.transfer import INIT

_CONTINUED = (LAST, BEST, CURVES[0])


def begin_folder(experiment: Experiment, world_size: int) -> Path:
    """A new folder for a run, with all that it goes on from where it trains another one longer.

    Args:
        world_size: how many processes train.

    Raises `UserError` where that can't be.
    """
    if experiment.continues is None:
        return new_folder(experiment.outputs / experiment.name)
    if world_size > 1:
        raise UserError(
            "A finished run is trained longer in one process; choose trainer.devices=1."
        )
    former = find_run(experiment.continues)
    check_same_data(former, experiment.dataset.fingerprint)
    _check_length(former, experiment)
    if not (former / LAST).is_file():
        raise UserError(f"{former / LAST} is gone, from which the run could go on.")
    folder = new_folder(_parent_for(experiment, former))
    for name in _CONTINUED:
        _copy_file(former, folder, name)
    return folder


def say_where_it_begins(experiment: Experiment, folder: Path) -> None:
    """Say what a run goes on from, if it does not begin anew."""
    done = epochs_done(folder)
    if experiment.continues:
        info(f"Trains {experiment.continues} longer, which stays as it is.")
    if done:
        info(f"Goes on after epoch {done}.")


def reopen_training(experiment: Experiment, folder: Path) -> None:
    """Let a training go on that was over, where it was told to be longer.

    Raises `UserError` where it was told to be shorter than it is by now.
    """
    _check_length(folder, experiment)
    done = folder / DONE
    if not done.is_file() or experiment.finish:
        return
    choice = Choice.load(done)
    if choice.trained < experiment.max_epochs and choice.ended == ALL:
        shutil.rmtree(folder / "refit", ignore_errors=True)
        done.unlink()


def origin_of(folder: Path, experiment: Experiment) -> dict[str, Any]:
    """What a run did not begin from scratch with, for its result."""
    origin: dict[str, Any] = {}
    if experiment.continues:
        origin["continues"] = experiment.continues
    for home in (folder, folder / "refit"):
        if (home / INIT).is_file():
            origin["init"] = read_json_object(home / INIT)
    return origin


def _check_length(folder: Path, experiment: Experiment) -> None:
    done = epochs_done(folder)
    if done > experiment.max_epochs and not experiment.finish:
        raise UserError(
            f"trainer.max_epochs={experiment.max_epochs} is less than the {done} epochs that "
            f"{folder} has done; finish={folder} ends it here with the best of them."
        )


def _parent_for(experiment: Experiment, former: Path) -> Path:
    """Beside the former run where that is among others, else where all runs go."""
    is_at_home = former.parts[-3:-1] == experiment.name.parts
    return former.parent if is_at_home else experiment.outputs / experiment.name


def _copy_file(former: Path, folder: Path, name: str) -> None:
    source = former / name
    # a link of a stranger's run may lead anywhere
    if not source.is_file() or not is_inside(source, former):
        return
    target = folder / name
    target.parent.mkdir(exist_ok=True)
    with draft_of(target) as draft:
        shutil.copyfile(source, draft)
