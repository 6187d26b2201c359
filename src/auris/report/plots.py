"""The pictures of the task: what was said of a whole set, at a glance."""

from auris.core.html import Html, tag
from auris.report.context import Section, Subject
from auris.report.svg import picture, themed, words
from auris.training.evaluation import groups

CAPTIONS = {
    "confusion": "How often each class (rows) was taken for which (columns); on the diagonal it was right.",
    "reliability": "Whether it knows how sure it may be: on the dotted line it is right as often as it claims, below "
    "the line less often.",
    "scores": "Scores of normal and anomalous clips: the less they overlap, the better; beyond the threshold there is "
    "an alarm.",
    "roc": "What each threshold would give: alarms at anomalies against alarms at normal clips. Far up on the left is "
    "good.",
    "errors": "How wrong the answers to single clips are.",
    "azimuth": "Directions that were said against those that are true; on the diagonal they agree.",
}


def pictures(subject: Subject) -> Section:
    """What the task draws; nothing where there are no answers."""
    if subject.answers is None:
        return Section("What did it say?", Html())
    decoded, target, *_ = subject.answers
    with themed():
        drawn = subject.system.task.pictures(decoded, target, groups(subject.answers, subject.data))
        shown = [
            tag(
                "div",
                picture(figure, f"{name}: {words(figure)}", CAPTIONS.get(name, name)),
                class_="card",
            )
            for name, figure in drawn.items()
        ]
    title = f"What did it say of {subject.scores['clips']} {subject.clips_called}?"
    return Section(title, tag("div", *shown, class_="grid"))
