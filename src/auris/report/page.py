"""The page of one run."""

from pathlib import Path

import torch
from lightning.fabric.utilities.rank_zero import rank_zero_only

from auris.core.explain import explain_error
from auris.core.files import write_atomically
from auris.core.html import render
from auris.core.log import info
from auris.report.context import ReportContext
from auris.report.cost import list_costs
from auris.report.data import data_section
from auris.report.plots import plots_section
from auris.report.reproduce import reproduce_section
from auris.report.summary import summarize_result
from auris.report.training_curves import training_section
from auris.report.worst_clips import worst_clips_section
from auris.runs.folder import REPORT, RESULT
from auris.runs.result import load_result
from auris.training.run import FinishedRun


@rank_zero_only
def try_to_report(run: FinishedRun) -> None:
    """Write the report where one is wanted.

    The run is done and kept by now: if this fails, that is said, and is no failure of the run.
    """
    if not run.experiment.report:
        return
    try:
        info(f"Report: {_report_on(run)}")
    except Exception as error:
        if run.experiment.debug:
            raise
        info(f"There is no report: {explain_error(error)}")


def write_report(context: ReportContext) -> Path:
    """Write report.html in the folder of the run."""
    path = context.folder / REPORT
    write_atomically(path, render_report(context))
    return path


def render_report(context: ReportContext) -> str:
    return render(
        "auris.report",
        "report.html.j2",
        title=f"{context.result['data']} {context.result['model']}",
        summary=summarize_result(context),
        training=training_section(context),
        plots=plots_section(context),
        worst_clips=worst_clips_section(context),
        data=data_section(context),
        costs=list_costs(context),
        reproduce=reproduce_section(context),
    )


def _report_on(run: FinishedRun) -> Path:
    """Write the report of a run that has just ended, on the split that counts."""
    result = load_result(run.folder / RESULT)
    evaluated = list(run.evaluated.values())
    predictions = evaluated[-1].predictions if evaluated else None
    context = ReportContext(
        run.folder, run.experiment, result, run.fitted.system, predictions
    )
    # a few clips are not worth compiling for, nor can they be counted
    with torch.compiler.set_stance("force_eager"):
        return write_report(context)
