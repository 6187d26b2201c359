"""A training run from beginning to end: data, model, fit, refit, one test, a record."""

import time
from pathlib import Path
from typing import NamedTuple

import torch
from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.log import info, open_log, silence_libraries
from auris.core.malloc import keep_freed_blocks
from auris.core.progress import track_progress
from auris.data.loader import count_parts
from auris.data.module import AudioDataModule
from auris.data.summary import describe_data
from auris.features.standardize import Standardized
from auris.models.novelty import CHUNK_SIZE, MAX_CLIPS
from auris.runs.folder import MODEL, PREDICTIONS, RESULT, check_same_data, find_run
from auris.runs.lock import sole_writer
from auris.runs.result import write_result
from auris.runs.writing import keep_configuration, save_weights
from auris.training.boards.board import Board
from auris.training.checks import check_keeper, check_schedule, check_search
from auris.training.evaluation import Evaluated, calibrate, evaluate, test
from auris.training.experiment import Experiment
from auris.training.fit import ALL, Choice, Fitted, fit
from auris.training.further import (
    begin_folder,
    origin_of,
    reopen_training,
    say_where_it_begins,
)
from auris.training.pages import fill_pages
from auris.training.stopping import telling_how_to_go_on
from auris.training.system import System
from auris.training.transfer import match_weights


class FinishedRun(NamedTuple):
    """A run that is over, in its folder and in memory."""

    folder: Path
    experiment: Experiment
    fitted: Fitted
    evaluated: dict[str, Evaluated]  # by split; the last is the one that counts

    @property
    def score(self) -> float:
        """The validation metric that chose the epoch; NaN where nothing was chosen."""
        return self.fitted.choice.score


def train(experiment: Experiment, folder: Path | None = None) -> FinishedRun:
    """Carry out a run in a new folder, or what is left of it in the given one.

    Raises `Interrupted` with how to go on, where it is told to end.
    """
    started = time.monotonic()
    silence_libraries()
    keep_freed_blocks()
    experiment.check_settings()
    if folder:
        check_same_data(folder, experiment.dataset.fingerprint)
    system, world_size = rehearse(experiment)
    folder = folder or begin_folder(experiment, world_size)
    with telling_how_to_go_on(folder), sole_writer(folder):
        reopen_training(experiment, folder)
        _begin(experiment, folder, system.features)
        run = _carry_out(experiment, folder)
        _record(run, time.monotonic() - started)
    return run


def _carry_out(experiment: Experiment, folder: Path) -> FinishedRun:
    fitted, evaluated = _find_weights(experiment, folder)
    learn_novelty(fitted.system, fitted.data)
    save_weights(fitted.system.state_dict(), folder / MODEL)
    if experiment.test:
        table = folder / PREDICTIONS.format("test")
        evaluated["test"] = test(experiment, fitted, folder, table, again=False)
    return FinishedRun(folder, experiment, fitted, evaluated)


def rehearse(experiment: Experiment) -> tuple[System, int]:
    """Build everything once, so that a wrong choice leaves no folder behind.

    Returns an untrained system, and how many processes train.
    """
    system = experiment.build_system(experiment.dataset.spec)
    trainer = experiment.build_trainer(
        system.task.monitor, experiment.outputs / "rehearsal"
    )
    check_keeper(trainer)
    optimizer = system.build_optimizer()
    check_search(optimizer, trainer)
    steps = AudioDataModule(experiment.dataset).steps_per_epoch * experiment.max_epochs
    check_schedule(system.build_schedule(optimizer, steps), steps)
    if experiment.init:
        match_weights(experiment, system, find_run(experiment.init))
    return system, trainer.world_size


def _find_weights(
    experiment: Experiment, folder: Path
) -> tuple[Fitted, dict[str, Evaluated]]:
    """Train, and train again on validation clips too where that is asked for.

    A refit leaves no clips to decide on a threshold.
    """
    if not isinstance(
        experiment.refit, bool
    ):  # a number of epochs: nothing is to be chosen
        return _refit(experiment, folder, experiment.refit), {}
    fitted = fit(experiment, folder)
    choice = fitted.choice
    info(_describe_end(choice, experiment.max_epochs))
    table = folder / PREDICTIONS.format("val")
    evaluated = {"val": evaluate(fitted, "val", calibrate(fitted), table)}
    if experiment.refit:
        fitted = _refit(experiment, folder, choice.epochs)._replace(choice=choice)
    return fitted, evaluated


def _describe_end(choice: Choice, asked: int) -> str:
    """How a training came to its end where it was `asked` epochs long, and what was chosen."""
    trained = f"{choice.trained} epochs"
    if choice.ended != ALL:
        trained = f"{choice.trained} of {asked} epochs, ended {choice.ended}"
    return f"Trained {trained}; the weights of epoch {choice.epochs} are taken."


def _refit(experiment: Experiment, folder: Path, epochs: int) -> Fitted:
    clips = len(experiment.dataset.indices("train", "val"))
    info(
        f"Refit: from the start on all {clips} clips of train and val, {epochs} epochs."
    )
    fitted = fit(experiment, folder / "refit", validate=False, epochs=epochs)
    fitted.system.fit_memory(fitted.data.full_batch())
    return fitted


def learn_novelty(system: System, data: AudioDataModule) -> None:
    """Keep of the clips that trained or validated what tells whether another is unlike them."""
    if system.novelty is None:
        return
    dataset = data.dataset
    known = dataset.indices("train", "val")
    chosen = torch.linspace(0, len(known) - 1, min(MAX_CLIPS, len(known))).long()
    clips = known[chosen]
    parts = data.micro_batches(clips, CHUNK_SIZE)
    count = count_parts(len(clips), CHUNK_SIZE)
    batches = track_progress(parts, "Learning what is known", count)
    waves = (batch.to(system.device).wave for batch in batches)
    system.novelty.fit_clips(waves, dataset.groups_of(clips))


@rank_zero_only
def _begin(experiment: Experiment, folder: Path, features: Standardized) -> None:
    """Say what the run is about, and keep what repeats it."""
    open_log(folder)
    info(describe_data(experiment.dataset))
    info(f"Run: {folder}")
    say_where_it_begins(experiment, folder)
    empty, bands = features.count_empty_bands()
    if empty:
        info(
            f"{empty} of {bands} bands of the features hold nothing: a larger features.n_fft, or "
            "fewer features.n_mels, would tell all apart."
        )
    dataset = experiment.dataset
    keep_configuration(folder, experiment.to_yaml(), dataset.spec, dataset.fingerprint)


@rank_zero_only
def _record(run: FinishedRun, seconds: float) -> None:
    """Fill the pages of boards and write the result."""
    for logger in run.fitted.trainer.loggers:
        if isinstance(logger, Board):
            pages = logger.open_pages(run.folder)
            fill_pages(pages, run.experiment, run.fitted.system, run.evaluated)
    choice = run.fitted.choice
    dataset = run.experiment.dataset
    parameters = run.fitted.system.model.parameters()
    write_result(
        run.folder / RESULT,
        **run.experiment.labels,
        origin=dataset.collection.origin,
        about=dataset.collection.about,
        fingerprint=dataset.fingerprint,
        recordings=dataset.recordings_digest,
        test_set=dataset.test_set,
        fold=dataset.settings.fold,
        seed=run.experiment.seed,
        refit=run.experiment.refit,
        epochs=choice.epochs,
        trained_epochs=choice.trained,
        ended=choice.ended,
        chosen_by=choice.score,
        **origin_of(run.folder, run.experiment),
        **{split: evaluated.scores for split, evaluated in run.evaluated.items()},
        seconds=round(seconds, 2),
        device=str(run.fitted.trainer.strategy.root_device),
        parameters=sum(parameter.numel() for parameter in parameters),
        unusable={str(path): reason for path, reason in dataset.unusable.items()},
    )
