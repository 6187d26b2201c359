"""One run of the main job, with its report."""

from pathlib import Path

from omegaconf import DictConfig

from auris.report.job import carry_out
from auris.runs.multirun import note_run


def run(cfg: DictConfig, folder: Path | None) -> float:
    """The validation metric that chose the epoch, for sweeps."""
    outcome = carry_out(cfg, folder)
    note_run(outcome.folder)
    return outcome.score
