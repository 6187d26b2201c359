"""Classes in words and pictures."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, final

import torch
from torch import Tensor

from auris.tasks.classification.metrics import confusion_matrix
from auris.tasks.classification.plots import plot_confusion, plot_reliability
from auris.tasks.inspection import Inspection
from auris.tasks.metric import wilson
from auris.tasks.view import Plot, TaskView, format_interval, format_percent

_MAX_NAMED = 4  # classes that a question names


@final
class ClassView(TaskView):
    """Which class each clip was taken for, and how sure that was."""

    def __init__(self, classes: Sequence[str]):
        self.classes = classes

    def question(self) -> str:
        if len(self.classes) > _MAX_NAMED:
            return f"Which of {len(self.classes)} classes is it?"
        *others, last = self.classes
        return f"Is it {', '.join(others)} or {last}?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        best = int(decoded.argmax())
        return f"{self.classes[best]} ({float(decoded[best]):.2f})"

    def right_answers(self, decoded: Tensor, target: Tensor) -> Tensor:
        return decoded.argmax(1) == target

    def format_value(self, value: float) -> str:
        return format_percent(value)

    def result_sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        accuracy = scores["metrics"]["accuracy"]
        count = scores["clips"]
        right = round(accuracy["value"] * count)
        always = "the constant baseline"
        if constant:
            always = f"always answering “{constant['class']}”"
        by_constant = self.format_value(scores["constant_baseline"]["accuracy"])
        interval = format_interval(self, accuracy)
        return f"{right} of {count} {clips} right, {interval}; {always} gives {by_constant}."

    def interval_of_clips(self, scores: Mapping[str, Any]) -> str:
        count = scores["clips"]
        ends = wilson(scores["metrics"]["accuracy"]["value"], count)
        low, high = map(self.format_value, ends)
        return f"; for {count} independent clips it would be {low} to {high}"

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        decoded, target, *_ = inspection.predictions
        counts = confusion_matrix(decoded, target, torch.ones(1, len(target)))[0]
        yield Plot(
            "confusion",
            plot_confusion(counts, self.classes),
            "How often each class (rows) was taken for which (columns); "
            "on the diagonal it was right.",
        )
        probability, answer = decoded.max(1)
        yield Plot(
            "reliability",
            plot_reliability(probability, answer == target),
            "Whether it knows how sure it may be: on the dotted line it is right as often as it "
            "claims, below the line less often.",
        )
