"""Training longer than was asked for at first: in the same folder where the run is not finished,
else in a new one, so that what was said of the old one stays true.
"""

import shutil
from pathlib import Path
from typing import Any

from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.errors import UserError
from auris.core.files import draft_of, read_json_object
from auris.core.log import info
from auris.core.places import is_inside
from auris.runs.data_names import claim_name
from auris.runs.folder import CURVES, check_same_data, find_run
from auris.runs.ledger import outputs_of
from auris.runs.writing import new_folder
from auris.training.checkpoint_io import BEST, DONE, LAST
from auris.training.experiment import Experiment
from auris.training.fit import ALL, Choice, epochs_done
from auris.training.transfer import INIT

_CONTINUED = (LAST, BEST, CURVES[0])


def begin_folder(experiment: Experiment, world_size: int) -> Path:
    """A new folder for a run, with all that it goes on from where it trains another one longer.

    Its name tells the fold and the seed that are not the first.

    Args:
        world_size: how many processes train.

    Raises `UserError` where that can't be.
    """
    numbers = {"fold": experiment.dataset.settings.fold, "seed": experiment.seed}
    told = [f"_{name}{number}" for name, number in numbers.items() if number != 1]
    suffix = "".join(told)
    if experiment.continues:
        former = _former_run(experiment, world_size)
        folder = new_folder(_parent_for(experiment, former), suffix)
        for name in _CONTINUED:
            _copy_file(former, folder, name)
        return folder
    return new_folder(_parent_of(experiment), suffix)


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


def _former_run(experiment: Experiment, world_size: int) -> Path:
    """The finished run that is trained longer."""
    if world_size > 1:
        raise UserError(
            "A finished run is trained longer in one process; choose trainer.devices=1."
        )
    former = find_run(str(experiment.continues))
    check_same_data(former, experiment.dataset.fingerprint)
    _check_length(former, experiment)
    if not (former / LAST).is_file():
        raise UserError(f"{former / LAST} is gone, from which the run could go on.")
    return former


def _parent_for(experiment: Experiment, former: Path) -> Path:
    """Beside the former run where that is among others, else where all runs go."""
    is_alone = outputs_of(former) == former
    return _parent_of(experiment) if is_alone else former.parent


def _parent_of(experiment: Experiment) -> Path:
    """Where runs of this data and model go."""
    of_data = experiment.outputs / experiment.data_name
    rank_zero_only(claim_name)(of_data, experiment.place)
    return of_data / experiment.choices["model"]


def _copy_file(former: Path, folder: Path, name: str) -> None:
    source = former / name
    # a link of a stranger's run may lead anywhere
    if not source.is_file() or not is_inside(source, former):
        return
    target = folder / name
    target.parent.mkdir(exist_ok=True)
    with draft_of(target) as draft:
        shutil.copyfile(source, draft)
