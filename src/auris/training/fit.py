"""Training: from scratch or from the last finished epoch to the weights that are chosen."""

import json
import math
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from lightning import Trainer, seed_everything

from auris.core.errors import UserError
from auris.core.files import load_json_object, write_atomically
from auris.data.module import AudioDataModule
from auris.data.summary import describe_data
from auris.training.boards.board import Board
from auris.training.checkpoint_io import load_checkpoint, load_weights
from auris.training.experiment import Experiment
from auris.training.system import System

BEST = "checkpoints/best.ckpt"
LAST = "checkpoints/last.ckpt"
DONE = "checkpoints/done.json"


class Fitted(NamedTuple):
    """What a fit leaves behind."""

    system: System  # with the chosen weights
    data: AudioDataModule
    trainer: Trainer
    epochs: int  # after which they were chosen
    score: float  # the validation metric that chose them; NaN without validation

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
    trainer = experiment.build_trainer(monitor, home, epochs)
    device = trainer.strategy.root_device
    data = AudioDataModule(experiment.dataset, experiment.seed, device, validate)
    if not (home / LAST).is_file():  # a checkpoint holds what was learnt
        system.fit_statistics(data.full_batch())
    if experiment.compiles:
        system.model.compile()
    if not (home / DONE).is_file():
        _mark_origin(trainer, experiment)
        home = _run_to_the_end(trainer, system, data, home)
    load_weights(system, load_checkpoint(home / BEST).get("state_dict"), home / BEST)
    epochs, score = _read_choice(home / DONE)
    return Fitted(system, data, trainer, epochs, score)


def _run_to_the_end(
    trainer: Trainer, system: System, data: AudioDataModule, home: Path
) -> Path:
    """Fit, and note that it is done: a run that stopped early would else go on when resumed.

    Returns the folder in which it happened: where several processes train, the first decides.
    """
    last = str(home / LAST) if (home / LAST).is_file() else None
    try:
        trainer.fit(system, datamodule=data, ckpt_path=last, weights_only=True)
    except SystemExit:
        raise KeyboardInterrupt from None  # Lightning leaves without a word
    home = Path(trainer.strategy.broadcast(str(home)))
    if trainer.is_global_zero and (home / BEST).is_file():
        score = getattr(trainer.checkpoint_callback, "best_model_score", None)
        epoch = load_checkpoint(home / BEST)["epoch"]
        chosen = {"epochs": epoch + 1, "score": None if score is None else float(score)}
        write_atomically(home / DONE, json.dumps(chosen))
    trainer.strategy.barrier()
    return home


def _read_choice(path: Path) -> tuple[int, float]:
    """The epochs after which the weights were chosen, and the validation metric that did it."""
    chosen = load_json_object(path)
    epochs = chosen.get("epochs")
    score = chosen.get("score")
    if type(epochs) is not int or not (score is None or isinstance(score, int | float)):
        raise UserError(f"{path} is damaged: it does not say which epoch was chosen.")
    return epochs, math.nan if score is None else float(score)


def _mark_origin(trainer: Trainer, experiment: Experiment) -> None:
    """Say on boards from the first where the data is from: nobody takes it for another."""
    for logger in trainer.loggers:
        if isinstance(logger, Board) and trainer.is_global_zero:
            logger.describe_run(describe_data(experiment.dataset))
