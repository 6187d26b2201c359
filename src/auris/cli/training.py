"""One run of the main job, with its report."""

import math
from pathlib import Path

from omegaconf import DictConfig

from auris.core.log import silence_libraries
from auris.report.page import try_to_report, write_report
from auris.report.reopen import open_context
from auris.runs.folder import RESULT
from auris.runs.multirun import note_run
from auris.training.experiment import Experiment
from auris.training.run import train
from auris.training.stopping import telling_how_to_go_on


def run(cfg: DictConfig, folder: Path | None) -> float:
    """The validation metric that chose the epoch, for sweeps."""
    if folder and (folder / RESULT).is_file():
        return _report_only(cfg, folder)
    finished = train(Experiment(cfg), folder)
    with telling_how_to_go_on(finished.folder):
        try_to_report(finished)
    note_run(finished.folder)
    return finished.score


def _report_only(cfg: DictConfig, folder: Path) -> float:
    """Write the report of a run that was ended before it."""
    silence_libraries()
    with telling_how_to_go_on(folder):
        context = open_context(str(folder), cfg.plugins)
        print(f"Report: {write_report(context)}")
    return context.result["chosen_by"] or math.nan
