"""The pictures of the task: what was said of a whole set, at a glance."""

from auris.core.html import Html, tag
from auris.report.context import Section, Subject
from auris.report.svg import picture, themed, words


def pictures(subject: Subject) -> Section:
    """What the task draws; nothing where there are no answers."""
    if subject.answers is None:
        return Section("What did it say?", Html())
    with themed():
        shown = [
            tag(
                "div",
                picture(
                    plot.figure, f"{plot.name}: {words(plot.figure)}", plot.caption
                ),
                class_="card",
            )
            for plot in subject.system.task.view.plots(subject.inspection)
        ]
    title = f"What did it say of {subject.scores['clips']} {subject.clips_called}?"
    return Section(title, tag("div", *shown, class_="grid"))
