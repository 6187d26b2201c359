"""A training run from beginning to end: data, model, fit, refit, one test, a record."""

import math
import os
import time
from pathlib import Path

import torch
from lightning.fabric.utilities.rank_zero import rank_zero_only
from lightning.pytorch.loggers import TensorBoardLogger
from omegaconf import DictConfig

from auris.core.explain import explain
from auris.core.log import hush, open_log, tell
from auris.core.malloc import keep_memory
from auris.core.progress import track
from auris.data.loader import Step, count_parts
from auris.data.module import AudioData
from auris.data.targets import places
from auris.models.novelty import MOST, PASS
from auris.runs.folder import (
    DECIDED,
    MODEL,
    PREDICTIONS,
    RESULT,
    check_same_data,
    keep,
    new_folder,
    save_weights,
)
from auris.runs.result import write_result
from auris.training.evaluation import Scores, calibrate, evaluate, test
from auris.training.fit import Fitted, fit
from auris.training.setup import open_data, rehearse
from auris.training.system import System
from auris.training.tensorboard import fill_pages


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
    cfg: DictConfig,
    data: AudioData,
    folder: Path,
    fitted: Fitted,
    scores: dict[str, Scores],
    started: float,
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
    from auris.report.page import report_on

    try:
        tell(f"Report: {report_on(folder, cfg, data, system)}")
    except Exception as error:
        if cfg.debug:
            raise
        tell(f"There is no report: {explain(error)}")


def begin(cfg: DictConfig, data: AudioData, folder: Path) -> None:
    """Say what the run is about, and keep what repeats it."""
    os.environ[DECIDED] = str(folder)
    open_log(folder)
    tell(data.describe())
    tell(f"Run: {folder}")
    keep(cfg, data, folder)
