"""Labels in words and pictures."""

from collections.abc import Iterator, Mapping
from typing import Any, final

import torch
from torch import Tensor

from auris.tasks.inspection import Inspection
from auris.tasks.tagging.output import TagOutput
from auris.tasks.tagging.plots import plot_labels, plot_precision
from auris.tasks.view import Plot, TaskView, format_interval, format_percent


@final
class TagView(TaskView):
    """Which labels each clip was said to bear."""

    def __init__(self, output: TagOutput):
        self.output = output

    def question(self) -> str:
        return f"Which of {len(self.output.classes)} sounds are heard?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return self.output.to_words(self.output.to_row(decoded))[0]

    def describe_target(self, label: str, target: Tensor) -> str:
        pairs = zip(self.output.classes, target.tolist(), strict=True)
        return ", ".join(name for name, on in pairs if on) or "none of them"

    def right_answers(self, decoded: Tensor, target: Tensor) -> Tensor:
        """Where every label is told that is there, and no other."""
        threshold = decoded.new_tensor(self.output.thresholds)
        return ((decoded >= threshold) == (target == 1)).all(1)

    def format_value(self, value: float) -> str:
        return format_percent(value)

    def result_sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        main = scores["metrics"]["mean_average_precision"]
        value = self.format_value(main["value"])
        by_constant = scores["constant_baseline"]["mean_average_precision"]
        return (
            f"Mean average precision {value} on {scores['clips']} {clips}, "
            f"{format_interval(self, main)}; the constant baseline gives "
            f"{self.format_value(by_constant)}."
        )

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        decoded, target, *_ = inspection.predictions
        threshold = torch.tensor(self.output.thresholds)
        yield Plot(
            "labels",
            plot_labels(decoded, target, threshold, self.output.classes),
            "Each label by itself: how well clips that bear it are ranked above others (average "
            "precision), and how many of them were told (recall), and rightly (precision), at "
            "the threshold; in brackets, how many clips bear it.",
        )
        yield Plot(
            "precision",
            plot_precision(decoded, target, threshold, self.output.classes),
            "What each threshold would give: which share of a label is told, against which share "
            "of what is told is right. The point is at the threshold that decides.",
        )
