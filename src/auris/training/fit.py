"""Training: from scratch or from the last finished epoch to the weights that are chosen."""

import json
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, final

from lightning import Trainer, seed_everything

from auris.core.errors import UserError
from auris.core.files import load_json_object, write_atomically
from auris.data.module import AudioDataModule
from auris.data.summary import describe_data
from auris.training.boards.board import Board
from auris.training.checkpoint_io import (
    BEST,
    DONE,
    LAST,
    load_checkpoint,
    load_weights,
)
from auris.training.experiment import Experiment
from auris.training.stopping import GentleStop
from auris.training.system import System
from auris.training.transfer import start_from

ALL = "after all epochs"
EARLY = "by early stopping"
BY_HAND = "by hand"


@final
class Choice(NamedTuple):
    """Which epoch a training has chosen, and how it came to its end."""

    epochs: int  # after which the weights were chosen
    score: float  # the validation metric that chose them; NaN without validation
    trained: int  # epochs that there were
    ended: str  # `ALL`, `EARLY` or `BY_HAND`; "" where unknown

    def save(self, path: Path) -> None:
        score = None if math.isnan(self.score) else self.score
        write_atomically(path, json.dumps({**self._asdict(), "score": score}))

    @classmethod
    def load(cls, path: Path) -> "Choice":
        """That of a training that is done. Raises `UserError` for a damaged file."""
        values = load_json_object(path)
        epochs, score, trained, ended = (values.get(name) for name in cls._fields)
        is_score = isinstance(score, int | float | None)
        if type(epochs) is not int or type(trained) is not int or not is_score:
            raise UserError(
                f"{path} is damaged: it does not say which epoch was chosen."
            )
        score = math.nan if score is None else float(score)
        return cls(epochs, score, trained, str(ended))


class Fitted(NamedTuple):
    """What a fit leaves behind."""

    system: System  # with the chosen weights
    data: AudioDataModule
    trainer: Trainer
    choice: Choice

    @property
    def precision(self) -> Callable[[], AbstractContextManager]:
        """What the trainer computes in."""
        return self.trainer.precision_plugin.forward_context


def fit(
    experiment: Experiment, home: Path, validate: bool = True, epochs: int | None = None
) -> Fitted:
    """Train in `home`, from the last finished epoch if there is one.

    With validation the best epoch is chosen, without it the last.
    """
    seed_everything(experiment.seed, verbose=False)
    system = experiment.build_system(experiment.dataset.spec)
    monitor = system.task.monitor if validate else None
    stop = GentleStop()
    trainer = experiment.build_trainer(monitor, home, epochs, [stop])
    device = trainer.strategy.root_device
    data = AudioDataModule(experiment.dataset, experiment.seed, device, validate)
    if not (home / LAST).is_file():  # a checkpoint holds what was learnt
        system.fit_statistics(data.full_batch())
        start_from(experiment, system, home)
    if experiment.compiles:
        system.model.compile()
    if experiment.finish:
        end_here(home)
    if not (home / DONE).is_file():
        _mark_origin(trainer, experiment)
        home = _run_to_the_end(trainer, system, data, home, stop)
    load_weights(system, load_checkpoint(home / BEST).get("state_dict"), home / BEST)
    return Fitted(system, data, trainer, Choice.load(home / DONE))


def end_here(home: Path) -> None:
    """Note the best epoch so far as the one that is chosen, where the training is not done.

    Raises `UserError` where no epoch has ended.
    """
    if (home / DONE).is_file():
        return
    if not (home / BEST).is_file():
        raise UserError(
            f"No epoch of the run in {home} has ended yet; resume={home} goes on with it."
        )
    _choose_best(home, BY_HAND)


def epochs_done(home: Path) -> int:
    """How many epochs of a training have ended."""
    path = home / LAST
    return _epochs_of(load_checkpoint(path), path) if path.is_file() else 0


def _run_to_the_end(
    trainer: Trainer,
    system: System,
    data: AudioDataModule,
    home: Path,
    stop: GentleStop,
) -> Path:
    """Fit, and note that it is done: a run that stopped early would else go on when resumed.

    Returns the folder in which it happened: where several processes train, the first decides.
    """
    last = str(home / LAST) if (home / LAST).is_file() else None
    with stop.watching():
        trainer.fit(system, datamodule=data, ckpt_path=last, weights_only=True)
        home = Path(trainer.strategy.broadcast(str(home)))
        is_over = (home / BEST).is_file() and not stop.stopped
        if trainer.is_global_zero and is_over:
            _choose_best(home, _reason_to_end(trainer))
        trainer.strategy.barrier()
    return home


def _choose_best(home: Path, ended: str) -> None:
    path = home / BEST
    best = load_checkpoint(path)
    epochs = _epochs_of(best, path)
    chosen = Choice(
        epochs=epochs,
        score=_score_of(best),
        trained=max(epochs, epochs_done(home)),
        ended=ended,
    )
    chosen.save(home / DONE)


def _epochs_of(checkpoint: dict[str, Any], path: Path) -> int:
    """After how many epochs a checkpoint was written."""
    epoch = checkpoint.get("epoch")
    if not isinstance(epoch, int):
        raise UserError(f"{path} is damaged: it does not say of which epoch it is.")
    return epoch + 1


def _score_of(checkpoint: dict[str, Any]) -> float:
    """The metric by which a checkpoint is the best; NaN where nothing was watched."""
    for state in checkpoint.get("callbacks", {}).values():
        if isinstance(state, dict) and state.get("monitor"):
            return float(state["best_model_score"])
    return math.nan


def _reason_to_end(trainer: Trainer) -> str:
    all_done = trainer.current_epoch == trainer.max_epochs
    return ALL if all_done else EARLY


def _mark_origin(trainer: Trainer, experiment: Experiment) -> None:
    """Say on boards from the first where the data is from: nobody takes it for another."""
    for logger in trainer.loggers:
        if isinstance(logger, Board) and trainer.is_global_zero:
            logger.describe_run(describe_data(experiment.dataset))
