"""A training run from beginning to end: data, model, fit, refit, one test, a record."""

import math
import os
import time
from pathlib import Path
from typing import Any

import torch
from lightning import Trainer
from lightning.fabric.utilities.rank_zero import rank_zero_only
from lightning.pytorch.loggers import TensorBoardLogger
from omegaconf import DictConfig, OmegaConf
from torch.optim import LBFGS, Optimizer

from auris import make as making
from auris.arrays import Array
from auris.data.files import write_atomically
from auris.data.loader import Step, count_parts
from auris.data.module import AudioData
from auris.data.views import places
from auris.errors import UserError, explain
from auris.fit import Fitted, fit, make_trainer
from auris.folders import CONFIG, DATA, DECIDED, MODEL, PREDICTIONS, RESULT, SPEC, new_folder
from auris.ledger import close_test, looks, open_test, outputs_of, sentence
from auris.log import hush, open_log, tell
from auris.make import make, plain
from auris.memory import keep_memory
from auris.novelty import MOST, PASS
from auris.optimizers import Gradientless, make_optimizer
from auris.pages import fill_pages
from auris.progress import track
from auris.record import Scores, score, tell_scores, write_predictions, write_result
from auris.system import Answers, System, build
from auris.types import check_types


def train(cfg: DictConfig, folder: Path | None = None) -> float:
    """Carry out the run that `cfg` describes: in a new folder, or what is left of it in the given one.

    Returns the validation figure that chose the epoch, for sweeps; NaN where nothing was chosen.
    """
    started = time.monotonic()
    hush()
    keep_memory()
    data = open_data(cfg)
    rehearse(cfg, data)
    if folder:
        check_same_data(folder, data)
    folder = folder or new_folder(Path(cfg.paths.outputs) / cfg.choices.data / cfg.choices.model)
    begin(cfg, data, folder)
    fitted = fit(cfg, data, folder) if isinstance(cfg.refit, bool) else None
    scores = {}
    if fitted:
        answers = calibrate(data, fitted)
        scores["val"] = evaluate(data, fitted, "val", answers, folder / PREDICTIONS.format("val"))
    if cfg.refit:
        data.validate = False
        fitted = refit(cfg, data, folder / "refit", fitted)
    assert fitted is not None
    learn_novelty(data, fitted.system)
    save_weights(fitted.system, folder / MODEL)
    if cfg.test:
        scores["test"] = test(cfg, data, fitted, folder, folder / PREDICTIONS.format("test"))
    finish(cfg, data, folder, fitted, scores, started)
    return fitted.score


def calibrate(data: AudioData, fitted: Fitted) -> Answers:
    """Fix what validation clips decide besides the epoch, such as a threshold; what it makes of their answers."""
    system = fitted.system
    system.settle(data.whole())
    answers = answer(data, fitted, "val")
    system.answers = answers._replace(decoded=system.task.calibrate(answers.decoded, answers.target))
    return system.answers


def refit(cfg: DictConfig, data: AudioData, home: Path, first: Fitted | None) -> Fitted:
    """Train again, on validation clips too, so that none are left to decide on a threshold."""
    fitted = fit(cfg, data, home, first.epochs if first else cfg.refit)
    fitted.system.settle(data.whole())
    return fitted._replace(score=first.score if first else math.nan)


def learn_novelty(data: AudioData, system: System) -> None:
    """Keep of the clips that trained or validated what tells whether another is unlike them."""
    if system.novelty is None:
        return
    clips = data.members("train", "val")
    kept = clips[torch.linspace(0, len(clips) - 1, min(MOST, len(clips))).long()]
    step = Step(data.loader(kept).fetch, kept, PASS)  # all of them, in every process alike
    steps = track(step, "Learning what is known", count_parts(len(kept), PASS))
    waves = (batch.to(system.device).wave for batch in steps)
    system.novelty.fit(waves, places(data.clips[index][0].group for index in kept.tolist()))


@rank_zero_only
def finish(
    cfg: DictConfig, data: AudioData, folder: Path, fitted: Fitted, scores: dict[str, Scores], started: float
) -> None:
    """Fill TensorBoard's pages, write the result and the report."""
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
    if cfg.get("report", True):
        report(cfg, data, folder, fitted.system)


def report(cfg: DictConfig, data: AudioData, folder: Path, system: System) -> None:
    """Write the report. The run is done and kept by now: if this fails, that is said, and is no failure of the run."""
    from auris.report.report import report_on

    try:
        tell(f"Report: {report_on(folder, cfg, data, system)}")
    except Exception as error:
        if cfg.debug:
            raise
        tell(f"There is no report: {explain(error)}")


def evaluate(data: AudioData, fitted: Fitted, name: str, answers: Answers, table: Path | None = None) -> Scores:
    """Score the answers to one set, say what comes out, and write what was said of each clip."""
    scores = score(fitted.system, answers, data)
    if fitted.trainer.is_global_zero:
        tell_scores(name, scores, data.collection.source)
        if caveat := fitted.system.task.caveat():
            tell(caveat)
        if table:
            write_predictions(table, answers, data, fitted.system)
    return scores


def test(cfg: DictConfig, data: AudioData, fitted: Fitted, folder: Path, table: Path | None = None) -> Scores:
    """Look at the test set, which is written down in the ledger, and say how often that has been done."""
    outputs, look = outputs_of(folder, cfg), open_test(folder, cfg, data)
    scores = evaluate(data, fitted, "test", answer(data, fitted, "test"), table)
    close_test(outputs, look, scores["metrics"])
    if said := sentence(looks(outputs, data.test_set)):
        tell(said)
    return scores


def answer(data: AudioData, fitted: Fitted, name: str) -> Answers:
    """What the chosen weights make of one set."""
    fitted.trainer.test(fitted.system, dataloaders=data.loader(data.members(name)), verbose=False)
    assert fitted.system.answers is not None
    return fitted.system.answers


def open_data(cfg: DictConfig) -> AudioData:
    """The data set that `cfg` names."""
    making.plugins[:] = cfg.plugins
    facts: dict[str, Any] = plain(cfg.data)
    check_types(making.allowed(str(cfg.data.recordings.get("_target_")), "data.recordings"), facts, "data")
    array = open_array(cfg)
    source = make(cfg.data.recordings, store=cfg.paths.store, array=array, **facts)
    settings = {key: value for key, value in facts.items() if key in AudioData.SETTINGS}
    check_types(AudioData, settings, "data")
    return AudioData(source, store=cfg.paths.store, seed=cfg.seed, array=array, **settings)


def open_array(cfg: DictConfig) -> Array | None:
    """The microphones that `cfg` names, if it names any."""
    if cfg.get("array") is None:
        return None
    facts = plain(cfg.array)
    check_types(Array, facts, "array")
    unknown = set(facts) - {"microphones"}
    if unknown:
        raise UserError(f"There is no array.{min(unknown)}; an array has microphones alone.")
    return Array(**facts)


def rehearse(cfg: DictConfig, data: AudioData) -> None:
    """Build everything once, so that a wrong choice leaves no folder behind."""
    system = build(cfg, data.spec)
    optimizer = make_optimizer(cfg.optimizer, system)
    trainer = make_trainer(cfg, system, Path(cfg.paths.outputs) / "rehearsal", validate=True)
    check_search(optimizer, trainer)


def check_search(optimizer: Optimizer, trainer: Trainer) -> None:
    """Raise `UserError` where an optimizer that looks at the loss can't trust it: it must be whole, and not scaled."""
    if not isinstance(optimizer, Gradientless | LBFGS):
        return
    name = type(optimizer).__name__
    if trainer.world_size > 1:
        raise UserError(f"{name} works in one process; choose trainer.devices=1.")
    if trainer.precision == "16-mixed":
        raise UserError(f"{name} does not go with scaled gradients; choose trainer.precision=32-true.")


def begin(cfg: DictConfig, data: AudioData, folder: Path) -> None:
    """Say what the run is about, and keep what repeats it."""
    os.environ[DECIDED] = str(folder)
    open_log(folder)
    tell(data.describe())
    tell(f"Run: {folder}")
    keep(cfg, data, folder)


@rank_zero_only
def keep(cfg: DictConfig, data: AudioData, folder: Path) -> None:
    """Write what repeats the run: its configuration and what it knows of the data."""
    write_atomically(folder / CONFIG, OmegaConf.to_yaml(cfg, resolve=True))
    data.spec.save(folder / SPEC)
    (folder / DATA).write_text(data.fingerprint)


def check_same_data(folder: Path, data: AudioData) -> None:
    """Raise `UserError` where clips, labels or split are no longer those of the run: train and test would mix."""
    path = folder / DATA
    if path.is_file() and path.read_text() != data.fingerprint:
        raise UserError(f"The data of {folder} has changed since it was trained; train anew.")


@rank_zero_only
def save_weights(system: System, path: Path) -> None:
    """Write the weights, plain tensors by name, so that others see the file whole or not at all."""
    draft = path.with_suffix(".tmp")
    torch.save(system.state_dict(), draft)
    os.replace(draft, path)
