"""What a report is about."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, final

from torch import Tensor

from auris.data.clips import Clip
from auris.data.dataset import Dataset
from auris.tasks.inspection import Inspection
from auris.tasks.predictions import Predictions
from auris.training.evaluation import inspect, train_target
from auris.training.experiment import Experiment
from auris.training.system import System

_CLIPS_OF = {"test": "unseen clips", "val": "validation clips"}


@final
@dataclass(frozen=True)
class ReportContext:
    """A finished run with its data and its trained system."""

    folder: Path
    experiment: Experiment
    result: dict[str, Any]  # as in result.json
    system: System
    predictions: (
        Predictions | None
    )  # to the split that counts; None where it trained the system

    @property
    def data(self) -> Dataset:
        return self.experiment.dataset

    @property
    def split(self) -> str:
        """The split that the scores are of: "test", "val", or "" for none."""
        return next((split for split in _CLIPS_OF if split in self.result), "")

    @property
    def scores(self) -> dict[str, Any]:
        return self.result[self.split]

    @property
    def main_metric(self) -> tuple[str, dict[str, float | None]]:
        """The main metric, which is the first, and its estimate."""
        return next(iter(self.scores["metrics"].items()))

    @property
    def clips_name(self) -> str:
        """What people call the clips of the split."""
        return _CLIPS_OF[self.split]

    @property
    def is_simulated(self) -> bool:
        return self.result["origin"] == "simulated"

    @cached_property
    def constant_baseline(self) -> dict[str, str | float]:
        """The best constant prediction, knowing the training clips."""
        if self.predictions is None:
            return {}
        task = self.system.task
        constant = task.constant_prediction(
            train_target(self.data), self.predictions.decoded
        )
        return task.output.to_row(constant[0])

    @property
    def inspection(self) -> Inspection:
        """What plots may see of the split that counts."""
        assert self.predictions is not None
        return inspect(self.system, self.data, self.split, self.predictions)

    def clip_at(self, at: int) -> tuple[Clip, Tensor]:
        """The clip of a prediction and its wave (C, T), as the model heard it."""
        return self.inspection.clip(at)
