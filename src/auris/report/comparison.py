"""Several runs side by side."""

import os
from collections.abc import Sequence
from pathlib import Path

from auris.core.files import write_atomically
from auris.core.html import Html, join, page, table, tag
from auris.report.context import Subject
from auris.report.cost import duration
from auris.report.page import REPORT
from auris.report.plots import pictures
from auris.report.summary import number, simulated, span, told
from auris.report.training_curves import judge, learning, read_losses
from auris.report.worst_clips import worst
from auris.runs.find import Run, flatten, is_replicate_setting
from auris.runs.naming import name_groups

OTHER = "These runs were scored on other clips than each other, so that their figures can't be compared one by one."


HEARD = 3  # runs, beyond which the page would grow too large with the sound of each


def write_comparison(subjects: Sequence[Subject]) -> Path:
    """Write report.html in the folder that holds all of these runs."""
    path = Path(os.path.commonpath([subject.folder for subject in subjects])) / REPORT
    write_atomically(path, comparison(subjects))
    return path


def comparison(subjects: Sequence[Subject]) -> str:
    """The page."""
    names = called(subjects)
    sections = (
        (learning, pictures, worst) if len(subjects) <= HEARD else (learning, pictures)
    )
    questions = dict.fromkeys(
        subject.system.task.view.question() for subject in subjects
    )
    return page(
        " beside ".join(names),
        tag("h1", " ".join(questions)),
        simulated() if any(subject.is_simulated for subject in subjects) else "",
        *([] if same_clips(subjects) else [tag("p", OTHER, class_="mark warning")]),
        overview(subjects, names),
        columns(names, [tag("p", *told(subject)) for subject in subjects]),
        differences(subjects, names),
        *(row(names, [make(subject) for subject in subjects]) for make in sections),
        broad=True,
    )


def called(subjects: Sequence[Subject]) -> list[str]:
    """A name for each run by which it can be told from the others."""
    runs = [Run(flatten(s.experiment.settings), s.result, s.folder) for s in subjects]
    names = name_groups([[run] for run in runs])
    ends = [
        f" {run.folder.name}" if names.count(name) > 1 else ""
        for name, run in zip(names, runs, strict=True)
    ]
    return [name + end for name, end in zip(names, ends, strict=True)]


def same_clips(subjects: Sequence[Subject]) -> bool:
    return (
        len({(subject.result["fingerprint"], subject.set_name) for subject in subjects})
        == 1
    )


def overview(subjects: Sequence[Subject], names: Sequence[str]) -> Html:
    """A row for each run."""
    rows = []
    for subject, name in zip(subjects, names, strict=True):
        verdict = judge(read_losses(subject.folder), subject.result["epochs"])
        size, took = (
            f"{subject.result['parameters']:,}",
            duration(subject.result["seconds"]),
        )
        rows.append((name, *main(subject), size, took, verdict.words))
    return table(
        (
            "run",
            "main figure",
            "95 % interval",
            "constant answer",
            "parameters",
            "training",
            "verdict",
        ),
        rows,
    )


def main(subject: Subject) -> tuple[str, str, str]:
    """The main figure, its interval and what a constant answer has."""
    if not subject.set_name:
        return "-", "-", "-"
    name, value = subject.main
    figure = f"{number(value['value'])} {name.replace('_', ' ')} ({subject.set_name})"
    return figure, span(value), number(subject.scores["majority"][name])


def differences(subjects: Sequence[Subject], names: Sequence[str]) -> Html:
    """The settings in which the runs differ, where there are any."""
    settings = [flatten(subject.experiment.settings) for subject in subjects]
    keys = dict.fromkeys(
        key
        for own in settings
        for key in own
        if key in ("seed", "data.fold") or not is_replicate_setting(key)
    )
    rows = [[key, *(str(own.get(key, "-")) for own in settings)] for key in keys]
    rows = [row for row in rows if len(set(row[1:])) > 1]
    return (
        join(tag("h2", "In what do they differ?"), table(("setting", *names), rows))
        if rows
        else Html()
    )


def row(names: Sequence[str], sections: Sequence) -> Html:
    """One section of each run."""
    titles = dict.fromkeys(section.title for section in sections)
    return tag(
        "section",
        tag("h2", " ".join(titles)),
        columns(names, [section.body for section in sections]),
    )


def columns(names: Sequence[str], bodies: Sequence[Html]) -> Html:
    each = (
        tag("div", tag("h3", name), body)
        for name, body in zip(names, bodies, strict=True)
    )
    return tag("div", *each, class_="grid")
