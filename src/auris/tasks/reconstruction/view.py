"""Errors of reconstruction in words and pictures."""

from collections.abc import Iterator
from typing import final

from torch import Tensor

from auris.tasks.inspection import Inspection
from auris.tasks.reconstruction.plots import plot_histogram
from auris.tasks.view import Plot, TaskView, format_percent


@final
class ErrorView(TaskView):
    """How much of each clip was lost."""

    def question(self) -> str:
        return "How much of the sound passes through the bottleneck?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return f"with an error of {float(decoded[0]):.3f}"

    def describe_answer(self, decoded: Tensor, label: str, target: Tensor) -> str:
        return f"{label or 'a clip'}, {self.describe_prediction(decoded)}"

    def format_value(self, value: float) -> str:
        return format_percent(value)

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        error = inspection.predictions.decoded[:, 0]
        yield Plot(
            "errors",
            plot_histogram(error, "mean squared error of a clip"),
            "How wrong the answers to single clips are.",
        )
