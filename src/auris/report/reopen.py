"""Finished runs, opened again to be reported on."""

from collections.abc import Sequence
from dataclasses import replace

from auris.core.errors import UserError
from auris.report.context import Subject
from auris.runs.folder import RESULT, finished_run
from auris.runs.result import load_result
from auris.training.evaluation import predict_split
from auris.training.reopen import reopen


def open_subject(run: str, plugins: Sequence[str] = ()) -> Subject:
    """A finished run with its data and its answers to the set that it looked at last; no other set is opened.

    Raises `UserError` where the run is not finished, or the data is no longer what it was.
    """
    path = finished_run(run) / RESULT
    if not path.is_file():
        raise UserError(
            f"The run in {run} has no {RESULT}; python train.py resume={run} goes on with it."
        )
    folder, experiment, fitted = reopen(run, plugins)
    result = load_result(path)
    subject = Subject(folder, experiment, result, fitted.system, None)
    knows = subject.set_name == "val" and subject.result["refit"]
    return (
        subject
        if knows or not subject.set_name
        else replace(subject, answers=predict_split(fitted, subject.set_name))
    )
