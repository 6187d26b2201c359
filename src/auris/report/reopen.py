"""Finished runs, opened again to be reported on."""

from collections.abc import Sequence
from dataclasses import replace

from auris.core.commands import command_line
from auris.core.errors import UserError
from auris.report.context import ReportContext
from auris.runs.folder import RESULT, finished_run
from auris.runs.result import load_result
from auris.training.evaluation import predict_split
from auris.training.reopen import reopen


def open_context(run: str, plugins: Sequence[str] = ()) -> ReportContext:
    """A finished run with its data and its predictions to the split that it looked at last.

    No other split is opened. Raises `UserError` where the run is not finished, or the data is no
    longer what it was.
    """
    path = finished_run(run) / RESULT
    if not path.is_file():
        raise UserError(
            f"The run in {run} has no {RESULT}; "
            f"{command_line('train', f'resume={run}')} goes on with it."
        )
    folder, experiment, fitted = reopen(run, plugins)
    result = load_result(path)
    context = ReportContext(folder, experiment, result, fitted.system, None)
    has_trained_on_it = context.split == "val" and result["refit"]
    if has_trained_on_it or not context.split:
        return context
    return replace(context, predictions=predict_split(fitted, context.split))
