"""Training: Lightning's trainer with all that a run needs, from scratch or from the last finished epoch."""

import json
import math
from pathlib import Path
from typing import NamedTuple

import torch
from lightning import Trainer, seed_everything
from lightning.pytorch.loggers import TensorBoardLogger
from omegaconf import DictConfig, OmegaConf

from auris.core.errors import UserError
from auris.core.files import write_atomically
from auris.core.instantiate import make, make_each
from auris.data.module import AudioData
from auris.training.build import build
from auris.training.system import System

OURS = ("compile", "gradient_clip_val")  # settings of the trainer that the system carries out


BEST, LAST, DONE = "checkpoints/best.ckpt", "checkpoints/last.ckpt", "checkpoints/done.json"


class Fitted(NamedTuple):
    """What a fit leaves behind."""

    system: System  # with the chosen weights
    trainer: Trainer
    epochs: int  # after which they were chosen
    score: float  # the validation figure that chose them; NaN without validation


def fit(cfg: DictConfig, data: AudioData, home: Path, epochs: int | None = None) -> Fitted:
    """Train in `home`, from the last finished epoch if there is one, and load the weights that were chosen.

    With validation the best epoch is chosen, without it the last.
    """
    home.mkdir(parents=True, exist_ok=True)
    seed_everything(cfg.seed, verbose=False)
    system = build(cfg, data.spec)
    trainer = make_trainer(cfg, system, home, data.validate, epochs)
    if not (home / LAST).is_file():  # a checkpoint holds what was learnt
        system.learn(data.whole())
    if cfg.trainer.compile:
        system.model.compile()
    data.trainer = trainer
    if not (home / DONE).is_file():
        mark_source(trainer, data)
        run_to_the_end(trainer, system, data, home)
    if not (home / BEST).is_file():
        raise UserError("callbacks.checkpoint keeps the chosen weights; a run can't do without it.")
    chosen = json.loads((home / DONE).read_text())
    system.load_state_dict(
        torch.load(home / BEST, map_location="cpu", weights_only=True)["state_dict"]
    )
    return Fitted(
        system, trainer, chosen["epochs"], math.nan if chosen["score"] is None else chosen["score"]
    )


def run_to_the_end(trainer: Trainer, system: System, data: AudioData, home: Path) -> None:
    """Fit, and note that it is done: a run that stopped early would else go on when it is resumed."""
    last = str(home / LAST) if (home / LAST).is_file() else None
    try:
        trainer.fit(system, datamodule=data, ckpt_path=last, weights_only=True)
    except SystemExit:
        raise KeyboardInterrupt from None  # Lightning leaves without a word
    if trainer.is_global_zero and (home / BEST).is_file():
        score = getattr(trainer.checkpoint_callback, "best_model_score", None)
        epoch = torch.load(home / BEST, map_location="cpu", weights_only=True)["epoch"]
        chosen = {"epochs": epoch + 1, "score": None if score is None else float(score)}
        write_atomically(home / DONE, json.dumps(chosen))
    trainer.strategy.barrier()


def mark_source(trainer: Trainer, data: AudioData) -> None:
    """Say in TensorBoard from the first where the data is from, so that nobody takes a simulation for recordings."""
    for logger in trainer.loggers:
        if isinstance(logger, TensorBoardLogger) and trainer.is_global_zero:
            logger.experiment.add_text("data", data.describe().replace("\n", "\n\n"))


def make_trainer(
    cfg: DictConfig, system: System, home: Path, validate: bool, epochs: int | None = None
) -> Trainer:
    """Lightning's trainer with the callbacks and loggers of the configuration, which write to `home`."""
    monitor, mode = system.task.monitor if validate else (None, "min")
    facts = {
        "monitor": monitor,
        "mode": mode,
        "dirpath": str(home / "checkpoints"),
        "save_dir": str(home),
    }
    settings = {key: value for key, value in cfg.trainer.items() if key not in OURS}
    node = OmegaConf.create(
        {"trainer": {**settings, "max_epochs": epochs or cfg.trainer.max_epochs}}
    ).trainer
    check_trainer(cfg, node)
    callbacks, loggers = make_each(cfg.callbacks, **facts), make_each(cfg.logger, **facts)
    return make(node, callbacks=list(callbacks.values()), logger=list(loggers.values()))


def check_trainer(cfg: DictConfig, node: DictConfig) -> None:
    """Raise `UserError` for settings that Lightning would take and then fail with."""
    if node.max_epochs is None or (isinstance(node.max_epochs, int) and node.max_epochs < 1):
        raise UserError(f"trainer.max_epochs={node.max_epochs} is too small; the least is 1.")
    if (
        cfg.trainer.gradient_clip_val
        and "mixed" in str(node.precision)
        and cfg.optimizer.get("fused")
    ):
        raise UserError(
            "A fused optimizer can't clip gradients in mixed precision; choose optimizer.fused=false."
        )
