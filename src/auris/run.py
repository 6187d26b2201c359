"""A training run from beginning to end: data, model, fit, refit, one test, a record."""

import os
import time
from pathlib import Path
from typing import Any, NamedTuple

import torch
from lightning import Trainer, seed_everything
from lightning.pytorch.loggers import TensorBoardLogger
from omegaconf import DictConfig, OmegaConf

from auris import make as making
from auris.data.module import AudioData
from auris.errors import UserError
from auris.folders import CONFIG, DECIDED, MODEL, PREDICTIONS, RESULT, SPEC, new_folder
from auris.log import hush, open_log, tell
from auris.make import make, make_each, plain
from auris.memory import keep_memory
from auris.pages import fill_pages
from auris.record import Scores, open_test, score, tell_scores, write_predictions, write_result
from auris.system import System, build, parameter_groups
from auris.types import check_types


class Fitted(NamedTuple):
    """What a fit leaves behind."""

    system: System  # with the chosen weights
    trainer: Trainer
    epochs: int  # after which they were chosen
    score: float  # the validation figure that chose them; NaN without validation


def train(cfg: DictConfig, folder: Path | None = None) -> float:
    """Carry out the run that `cfg` describes: in a new folder, or what is left of it in the given one.

    Returns the validation figure that chose the epoch, for sweeps.
    """
    started = time.monotonic()
    hush()
    keep_memory()
    data = open_data(cfg)
    rehearse(cfg, data)
    folder = folder or new_folder(Path(cfg.paths.outputs) / cfg.choices.data / cfg.choices.model)
    begin(cfg, data, folder)
    fitted = fit(cfg, data, folder) if isinstance(cfg.refit, bool) else None
    scores = {"val": evaluate(data, fitted, "val", folder / PREDICTIONS.format("val"))} if fitted else {}
    if cfg.refit:
        data.validate = False
        fitted = fit(cfg, data, folder / "refit", fitted.epochs if fitted else cfg.refit)
    assert fitted is not None
    save_weights(fitted.system, folder / MODEL)
    if cfg.test:
        open_test(folder, data)
        scores["test"] = evaluate(data, fitted, "test", folder / PREDICTIONS.format("test"))
    if fitted.trainer.is_global_zero:
        for logger in fitted.trainer.loggers:
            if isinstance(logger, TensorBoardLogger):
                fill_pages(logger, cfg, data, fitted.system, scores)
        write_result(
            folder / RESULT,
            cfg,
            data,
            fitted.system.model,
            epochs=fitted.epochs,
            chosen_by=fitted.score,
            **scores,
            seconds=round(time.monotonic() - started, 2),
            device=str(fitted.trainer.strategy.root_device),
        )
    return fitted.score


def evaluate(data: AudioData, fitted: Fitted, name: str, table: Path | None = None) -> Scores:
    """Look at one set with the chosen weights, say what comes out, and write what was said of each clip."""
    system, trainer = fitted.system, fitted.trainer
    trainer.test(system, dataloaders=data.loader(data.members(name)), verbose=False)
    assert system.answers is not None
    scores = score(system, system.answers, data)
    if trainer.is_global_zero:
        tell_scores(name, scores, data.collection.source)
        if table:
            write_predictions(table, system.answers, data, system)
    return scores


def open_data(cfg: DictConfig) -> AudioData:
    """The data set that `cfg` names."""
    making.plugins[:] = cfg.plugins
    facts: dict[str, Any] = plain(cfg.data)
    source = make(cfg.data.recordings, store=cfg.paths.store, **facts)
    settings = {key: value for key, value in facts.items() if key in AudioData.SETTINGS}
    check_types(AudioData, settings, "data")
    return AudioData(source, store=cfg.paths.store, seed=cfg.seed, **settings)


def rehearse(cfg: DictConfig, data: AudioData) -> None:
    """Build everything once, so that a wrong choice leaves no folder behind."""
    system = build(cfg, data.spec)
    make(cfg.optimizer, params=parameter_groups(system.model))
    make_trainer(cfg, system, Path(), validate=True)


def begin(cfg: DictConfig, data: AudioData, folder: Path) -> None:
    """Say what the run is about, and keep what repeats it."""
    os.environ[DECIDED] = str(folder)
    open_log(folder)
    tell(data.describe())
    tell(f"Run: {folder}")
    OmegaConf.save(cfg, folder / CONFIG, resolve=True)
    data.spec.save(folder / SPEC)


def fit(cfg: DictConfig, data: AudioData, home: Path, epochs: int | None = None) -> Fitted:
    """Train in `home`, from the last finished epoch if there is one, and load the weights that were chosen.

    With validation the best epoch is chosen, without it the last.
    """
    home.mkdir(parents=True, exist_ok=True)
    seed_everything(cfg.seed, verbose=False)
    system = build(cfg, data.spec)
    trainer = make_trainer(cfg, system, home, data.validate, epochs)
    system.features.learn(batch.wave for batch in data.train_dataloader())
    if cfg.trainer.compile:
        system.model.compile()
    last = home / "checkpoints" / "last.ckpt"
    trainer.fit(system, datamodule=data, ckpt_path=str(last) if last.is_file() else None, weights_only=True)
    keeper = trainer.checkpoint_callback
    best = torch.load(keeper.best_model_path, map_location="cpu", weights_only=True)  # type: ignore[union-attr]
    system.load_state_dict(best["state_dict"])
    score = float("nan") if keeper.best_model_score is None else float(keeper.best_model_score)  # type: ignore
    return Fitted(system, trainer, best["epoch"] + 1, score)


def make_trainer(cfg: DictConfig, system: System, home: Path, validate: bool, epochs: int | None = None) -> Trainer:
    """Lightning's trainer with the callbacks and loggers of the configuration, which write to `home`."""
    monitor, mode = system.task.monitor if validate else (None, "min")
    facts = {"monitor": monitor, "mode": mode, "dirpath": str(home / "checkpoints"), "save_dir": str(home)}
    settings = {key: value for key, value in cfg.trainer.items() if key != "compile"}
    node = OmegaConf.create({"trainer": {**settings, "max_epochs": epochs or cfg.trainer.max_epochs}}).trainer
    if node.max_epochs is not None and node.max_epochs < 1:
        raise UserError(f"trainer.max_epochs={node.max_epochs} is too small; the least is 1.")
    callbacks, loggers = make_each(cfg.callbacks, **facts), make_each(cfg.logger, **facts)
    return make(node, callbacks=list(callbacks.values()), logger=list(loggers.values()))


def save_weights(system: System, path: Path) -> None:
    """Write the weights, plain tensors by name, so that others see the file whole or not at all."""
    draft = path.with_suffix(".tmp")
    torch.save(system.state_dict(), draft)
    os.replace(draft, path)
