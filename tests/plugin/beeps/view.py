"""Counts in words, a picture and sounds."""

from collections.abc import Iterator
from typing import final

from torch import Tensor

from auris.core.figures import new_figure
from auris.tasks.inspection import Inspection
from auris.tasks.view import Plot, Sound, TaskView


@final
class CountView(TaskView):
    def question(self) -> str:
        return "How many beeps are there?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return f"{float(decoded[0]):.1f} beeps"

    def describe_target(self, label: str, target: Tensor) -> str:
        return f"{label} beeps"

    def format_value(self, value: float) -> str:
        return f"{value:.2f} beeps"

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        figure = new_figure(4, 4)
        axes = figure.add_axes((0.15, 0.15, 0.8, 0.8))
        decoded, target, *_ = inspection.predictions
        axes.plot(target.numpy(), decoded[:, 0].numpy(), "o")
        axes.set(xlabel="true count", ylabel="predicted count")
        yield Plot(
            "counts", figure, "Beeps that were counted against those that there are."
        )

    def sounds(self, inspection: Inspection) -> Iterator[Sound]:
        yield Sound("first", inspection.clip(0)[1])
