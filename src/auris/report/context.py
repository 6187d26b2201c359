"""What a report is about."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from auris.core.html import Html
from auris.data.clips import Clip
from auris.data.dataset import Dataset
from auris.tasks.inspection import Inspection
from auris.tasks.predictions import Predictions
from auris.training.evaluation import inspect, train_target
from auris.training.experiment import Experiment
from auris.training.system import System

CALLED = {"test": "unseen clips", "val": "validation clips"}


class Section(NamedTuple):
    """A part of the page; one without a body is left out."""

    title: str
    body: Html


@dataclass(frozen=True)
class Subject:
    """A finished run with its data and its trained system."""

    folder: Path
    experiment: Experiment
    result: dict[str, Any]  # as in result.json
    system: System
    answers: (
        Predictions | None
    )  # to the split that counts; None where the system trained on it

    @property
    def data(self) -> Dataset:
        return self.experiment.dataset

    @property
    def set_name(self) -> str:
        """The set that the scores are of: "test", "val", or "" for none."""
        return next((name for name in CALLED if name in self.result), "")

    @property
    def scores(self) -> dict[str, Any]:
        return self.result[self.set_name]

    @property
    def main(self) -> tuple[str, dict[str, float | None]]:
        """The main metric, which is the first, and its estimate."""
        return next(iter(self.scores["metrics"].items()))

    @property
    def clips_called(self) -> str:
        return CALLED[self.set_name]

    @property
    def is_simulated(self) -> bool:
        return self.result["origin"] == "simulated"

    @cached_property
    def constant(self) -> dict[str, str | float]:
        """The best answer to give always, knowing the training clips."""
        if self.answers is None:
            return {}
        task = self.system.task
        constant = task.constant_prediction(
            train_target(self.data), self.answers.decoded
        )
        return task.output.to_row(constant[0])

    @property
    def inspection(self) -> Inspection:
        """What plots may see of the split that counts."""
        assert self.answers is not None
        return inspect(self.system, self.data, self.set_name, self.answers)

    def clip(self, at: int) -> tuple[Clip, Tensor]:
        """The clip of an answer and its wave (C, T), as the model heard it."""
        return self.inspection.clip(at)
