"""What people see and hear of a task's predictions."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from torch import Tensor

from auris.tasks.inspection import Inspection


class Plot(NamedTuple):
    """A picture, and what it shows in a sentence."""

    name: str
    figure: Figure
    caption: str


class Sound(NamedTuple):
    """A recording worth hearing."""

    name: str
    wave: Tensor  # (C, T)


class TaskView(ABC):
    """The question of a task, and its predictions in words, pictures and sounds."""

    @abstractmethod
    def question(self) -> str:
        """What is asked, as people ask it."""

    @abstractmethod
    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        """One decoded output (...) in a few words, to one target (...) where there is one."""

    def describe_target(self, label: str, target: Tensor) -> str:
        """What is true of a clip with this label and target (...), in a few words."""
        return label

    def describe_answer(self, decoded: Tensor, label: str, target: Tensor) -> str:
        """What was said of a clip, and what is true."""
        said = self.describe_prediction(decoded, target)
        return f"Said: {said}. True: {self.describe_target(label, target)}"

    def right_answers(self, decoded: Tensor, target: Tensor) -> Tensor | None:
        """(N,) which decoded outputs (N, ...) are right; None where none is quite."""
        return None

    @abstractmethod
    def format_value(self, value: float) -> str:
        """A value of the main metric, as people write it."""

    def result_sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        """What came out: the main metric with its interval, and the constant baseline.

        Args:
            scores: those of a split; None stands for what is not a number.
            clips: what the split is of, such as "unseen clips".
            constant: the row of the best constant prediction; empty where it is not known.
        """
        name, main = next(iter(scores["metrics"].items()))
        value = self.format_value(main["value"])
        by_constant = self.format_value(scores["constant_baseline"][name])
        return (
            f"{name.replace('_', ' ').capitalize()} {value} on {scores['clips']} {clips}, "
            f"{format_interval(self, main)}; the constant baseline gives {by_constant}."
        )

    def interval_of_clips(self, scores: Mapping[str, Any]) -> str:
        """The end of a sentence: which interval as many independent clips would have."""
        return ""

    @abstractmethod
    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        """What shows the predictions to a whole split at a glance."""

    def closeups(self, inspection: Inspection) -> Iterator[Plot]:
        """A closer look at some clips."""
        return iter(())

    def sounds(self, inspection: Inspection) -> Iterator[Sound]:
        """The clips of the closeups, to hear."""
        return iter(())


def format_interval(view: TaskView, estimate: Mapping[str, Any]) -> str:
    """The interval of the main metric, for people."""
    if estimate["low"] is None:
        return f"too few for an interval (n = {estimate['n']})"
    low = view.format_value(estimate["low"])
    high = view.format_value(estimate["high"])
    return f"95 % interval {low} to {high}"


def format_percent(value: float) -> str:
    return f"{100 * value:.0f} %"
