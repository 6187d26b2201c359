"""Sound event recognition: which of the classes is it?"""

from collections.abc import Mapping, Sequence
from typing import Any, final

import torch
import torch.nn.functional as F
from torch import Tensor

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.data.settings import DataSettings
from auris.data.spec import Spec
from auris.data.targets import Targets
from auris.tasks.classification.metrics import (
    Accuracy,
    Auroc,
    BalancedAccuracy,
    MacroF1,
)
from auris.tasks.classification.output import ClassOutput
from auris.tasks.classification.targets import LabelTargets
from auris.tasks.classification.view import ClassView
from auris.tasks.comparable import Comparable, Row
from auris.tasks.metric import Metric
from auris.tasks.task import Task

_MIN_PROBABILITY = 1e-3  # of a class that an average has never seen


@final
class Classification(Task):
    """Which of the classes is it? Outputs are logits (B, K), decoded to probabilities."""

    monitor = ("val/loss", "min")
    has_classes = True

    def __init__(self, spec: Spec):
        super().__init__()
        self.classes = spec.classes
        self.out_shape = (len(spec.classes),)

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        settings.refuse_normal("task=classification tells labels")
        if array is not None:
            raise UserError(
                "An array of microphones is for directions, and task=classification tells labels; "
                "choose task=localization, or leave the array away."
            )
        return LabelTargets()

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return F.one_hot(target, len(self.classes)).to(x.dtype)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        return output.float().softmax(1)

    def output_of_mean(self, average: Tensor) -> Tensor:
        return average.clamp_min(_MIN_PROBABILITY).log()

    def metrics(self) -> dict[str, Metric]:
        metrics: dict[str, Metric] = {
            "accuracy": Accuracy(),
            "balanced_accuracy": BalancedAccuracy(),
            "macro_f1": MacroF1(),
        }
        if len(self.classes) == 2:
            metrics["auroc"] = Auroc()
        return metrics

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return 1 - decoded.gather(1, target[:, None])[:, 0]

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        counts = known.bincount(minlength=len(self.classes))
        return F.one_hot(counts.argmax(), len(self.classes)).float().expand_as(decoded)

    @property
    def output(self) -> ClassOutput:
        return ClassOutput(self.classes)

    @property
    def view(self) -> ClassView:
        return ClassView(self.classes)

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        right = torch.tensor([row["class"] == row["label"] for row in rows])
        decoded = F.one_hot(right.long(), 2)  # (N, 2): wrong, right
        return Comparable(
            "accuracy", Accuracy(), decoded, torch.ones(len(rows)).long(), right
        )
