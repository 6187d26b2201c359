"""Counts in words, a picture and sounds."""

from collections.abc import Iterator, Mapping
from typing import Any, final

from torch import Tensor

from auris.core.figures import new_figure
from auris.tasks.inspection import Inspection
from auris.tasks.view import Plot, Sound, TaskView, main_metric_sentence


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

    def result_sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        return main_metric_sentence(self, scores, clips)

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        figure = new_figure(4, 4)
        axes = figure.add_axes((0.15, 0.15, 0.8, 0.8))
        decoded, target, *_ = inspection.predictions
        axes.plot(target.numpy(), decoded[:, 0].numpy(), "o")
        axes.set(xlabel="true count", ylabel="predicted count")
        yield Plot(
            "counts", figure, "Beeps that were counted against those that there are."
        )

    def closeups(self, inspection: Inspection) -> Iterator[Plot]:
        return iter(())

    def sounds(self, inspection: Inspection) -> Iterator[Sound]:
        yield Sound("first", inspection.clip(0)[1])
