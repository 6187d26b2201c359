"""The question and the answer, in a sentence."""

import json
from typing import Any

from auris.core.html import Html, join, table, tag
from auris.report.context import Subject
from auris.runs.folder import RESULT

DOUBT = " So few clips can't show that this is better than a constant answer."


def answer(subject: Subject) -> Html:
    """The head of the page."""
    return join(
        tag("h1", subject.system.task.view.question()),
        simulated() if subject.is_simulated else "",
        tag("p", *told(subject), class_="lead"),
        metrics(subject) if subject.set_name else "",
        tag(
            "p",
            f"{subject.result['data']} with {subject.result['model']}; {about(subject)}.",
            class_="soft",
        ),
    )


def simulated() -> Html:
    flag = tag("span", "SIMULATED DATA", class_="flag")
    return tag(
        "p", flag, " These are no recordings: nothing here says how well real ones would be told."
    )


def about(subject: Subject) -> str:
    seconds = subject.data.spec.duration
    return (
        f"{subject.result['about']}; clips of {seconds:g} s at {subject.data.spec.sample_rate} Hz"
    )


def told(subject: Subject) -> list[str]:
    """The sentences of the answer."""
    if not subject.set_name:
        return [
            "This run has kept no clips from training, so that nothing is known of how good it is."
        ]
    first = subject.system.task.view.result_sentence(
        subject.scores, subject.clips_called, subject.constant
    )
    seen = (
        []
        if subject.set_name == "test"
        else [" These clips chose the epoch: an unseen clip will be told less well."]
    )
    return [first, *doubt(subject), *beside(subject), *seen]


def doubt(subject: Subject) -> list[str]:
    """What should be said where the interval holds what a constant answer gives."""
    name, main = subject.main
    constant = subject.scores["majority"][name]
    known = None not in (main["low"], main["high"], constant)
    return [DOUBT] if known and main["low"] <= constant <= main["high"] else []


def beside(subject: Subject) -> list[str]:
    """What the plain model came to, where it has been trained on the same clips."""
    task = subject.system.task
    other = plain_result(subject, task.baseline)
    if not other:
        return []
    value = next(iter(other[subject.set_name]["metrics"].values()))["value"]
    return (
        []
        if value is None
        else [
            f" The plain model beside it, {task.baseline}, gives {task.view.format_value(value)}."
        ]
    )


def plain_result(subject: Subject, name: str) -> dict[str, Any] | None:
    """The result of the newest run of the plain model on the same data, which has looked at the same set."""
    if subject.result["model"] == name:
        return None
    for path in sorted(
        (subject.folder.resolve().parent.parent / name).glob(f"2*/{RESULT}"), reverse=True
    ):
        result = json.loads(path.read_text())
        if result["fingerprint"] == subject.result["fingerprint"] and subject.set_name in result:
            return result
    return None


def metrics(subject: Subject) -> Html:
    """All metrics with their intervals."""
    majority = subject.scores["majority"]
    rows = [
        (name.replace("_", " "), number(value["value"]), span(value), number(majority[name]))
        for name, value in subject.scores["metrics"].items()
        if value["value"] is not None
    ]
    return table((f"{subject.set_name} set", "value", "95 % interval", "constant answer"), rows)


def span(estimate: dict[str, float | None]) -> str:
    """The interval of a metric."""
    return f"{number(estimate['low'])} to {number(estimate['high'])}"


def number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
