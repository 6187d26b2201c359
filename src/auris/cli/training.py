"""One run of the main job, with its report."""

from pathlib import Path

from omegaconf import DictConfig

from auris.report.page import try_to_report
from auris.runs.multirun import note_run
from auris.training.experiment import Experiment
from auris.training.run import train


def run(cfg: DictConfig, folder: Path | None) -> float:
    """The validation metric that chose the epoch, for sweeps."""
    finished = train(Experiment(cfg), folder)
    try_to_report(finished)
    note_run(finished.folder)
    return finished.score
