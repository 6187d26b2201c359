"""The main job: a run and its report, or what is left of them."""

import math
from pathlib import Path
from typing import NamedTuple

from omegaconf import DictConfig

from auris.core.log import info, open_log
from auris.report.page import try_to_report, write_report
from auris.report.reopen import open_context
from auris.runs.folder import RESULT
from auris.training.experiment import Experiment
from auris.training.run import train
from auris.training.stopping import telling_how_to_go_on


class Outcome(NamedTuple):
    """What is there at the end."""

    folder: Path
    score: float  # the validation metric that chose the epoch; NaN where nothing was chosen


def carry_out(cfg: DictConfig, folder: Path | None) -> Outcome:
    """Train and report, in a new folder or in that of a run that goes on."""
    if folder and (folder / RESULT).is_file():
        return _report_only(cfg, folder)
    finished = train(Experiment(cfg), folder)
    with telling_how_to_go_on(finished.folder):
        try_to_report(finished)
    return Outcome(finished.folder, finished.score)


def _report_only(cfg: DictConfig, folder: Path) -> Outcome:
    """Write the report of a run that was ended before it."""
    open_log(folder)
    with telling_how_to_go_on(folder):
        context = open_context(str(folder), cfg.plugins)
        info(f"Report: {write_report(context)}")
    score = context.result.get("chosen_by")
    return Outcome(folder, math.nan if score is None else score)
