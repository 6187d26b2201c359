"""The page of one run."""

from pathlib import Path

import torch
from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.explain import explain_error
from auris.core.files import write_atomically
from auris.core.html import Html, page, tag
from auris.core.log import info
from auris.report.context import Section, Subject
from auris.report.cost import cost
from auris.report.data import data
from auris.report.plots import pictures
from auris.report.reproduce import repeat
from auris.report.summary import answer
from auris.report.training_curves import learning
from auris.report.worst_clips import worst
from auris.runs.folder import RESULT
from auris.runs.result import load_result
from auris.training.run import FinishedRun

REPORT = "report.html"


SECTIONS = (learning, pictures, worst, data, cost, repeat)


def report_on(run: FinishedRun) -> Path:
    """Write the report of a run that has just ended, with its predictions to the split that counts."""
    result = load_result(run.folder / RESULT)
    evaluated = list(run.evaluated.values())
    predictions = evaluated[-1].predictions if evaluated else None
    with torch.compiler.set_stance(
        "force_eager"
    ):  # a few clips are not worth compiling for, nor can they be counted
        return write_report(
            Subject(run.folder, run.experiment, result, run.fitted.system, predictions)
        )


def part(section: Section) -> Html:
    return (
        tag("section", tag("h2", section.title), section.body)
        if section.body
        else Html()
    )


def write_report(subject: Subject) -> Path:
    """Write report.html in the folder of the run."""
    path = subject.folder / REPORT
    title = f"{subject.result['data']} {subject.result['model']}"
    write_atomically(
        path, page(title, answer(subject), *(part(make(subject)) for make in SECTIONS))
    )
    return path


@rank_zero_only
def try_to_report(run: FinishedRun) -> None:
    """Write the report where one is wanted.

    The run is done and kept by now: if this fails, that is said, and is no failure of the run.
    """
    if not run.experiment.report:
        return
    try:
        info(f"Report: {report_on(run)}")
    except Exception as error:
        if run.experiment.debug:
            raise
        info(f"There is no report: {explain_error(error)}")
