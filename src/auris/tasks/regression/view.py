"""Numbers in words and pictures."""

from collections.abc import Iterator
from typing import final

from torch import Tensor

from auris.tasks.inspection import Inspection
from auris.tasks.regression.output import NumberOutput, with_unit
from auris.tasks.regression.plots import plot_errors, plot_numbers
from auris.tasks.view import Plot, TaskView


@final
class NumberView(TaskView):
    """How large each clip was taken to be, and how far off that was."""

    def __init__(self, output: NumberOutput, logarithm: bool):
        self.output = output
        self.logarithm = logarithm

    def question(self) -> str:
        return f"What is its {' and its '.join(self._titles())}?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return self.output.to_words(self.output.to_row(decoded))[0]

    def describe_target(self, label: str, target: Tensor) -> str:
        pairs = zip(target.tolist(), self.output.units, strict=True)
        return ", ".join(with_unit(value, unit) for value, unit in pairs)

    def format_value(self, value: float) -> str:
        """The mean absolute error of one number; of several the mean of their R2."""
        if len(self.output.names) > 1:
            return f"{value:.3f}"
        return with_unit(value, self.output.units[0])

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        decoded, target, *_ = inspection.predictions
        intervals = ""
        if self.output.calibrated:
            intervals = " Lines are the intervals that it gives."
        figure = plot_numbers(
            decoded, target, self._titles(), self.output.calibrated, self.logarithm
        )
        yield Plot(
            "numbers",
            figure,
            "What was said of each clip against what is true: right is on the diagonal."
            f"{intervals}",
        )
        yield Plot(
            "errors",
            plot_errors(decoded[..., 0] - target, self._titles()),
            "How far off single clips are: what is right of 0 was taken for too much.",
        )

    def _titles(self) -> list[str]:
        """Each number with its unit."""
        pairs = zip(self.output.names, self.output.units, strict=True)
        return [f"{name} ({unit})" if unit else name for name, unit in pairs]
