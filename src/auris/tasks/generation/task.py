"""Generation: new clips like those that are there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.data.settings import DataSettings
from auris.data.spec import Spec
from auris.data.targets import Targets
from auris.features.standardize import Invertible, Standardized
from auris.models.generator import Generator
from auris.tasks.classification.targets import LabelTargets
from auris.tasks.comparable import Comparable, Row, read_column
from auris.tasks.generation.comparison import compare_sets
from auris.tasks.generation.metrics import (
    Copies,
    Coverage,
    Density,
    KernelDistance,
    Misfit,
    Precision,
    Recall,
    silence_drawn,
)
from auris.tasks.generation.output import MisfitOutput
from auris.tasks.generation.sets import SETS, is_packed, unpack
from auris.tasks.generation.view import NewClipsView
from auris.tasks.inspection import Inspection
from auris.tasks.losses import MeanAnomalyScore
from auris.tasks.metric import Metric
from auris.tasks.task import Task

_MEASURES: dict[str, Callable[[str], Metric]] = {
    "kernel_distance": KernelDistance,
    "precision": Precision,
    "density": Density,
    "recall": Recall,
    "coverage": Coverage,
    "copies": Copies,
}


@final
class Generation(Task):
    """Which clips are there, of each class? A model is a distribution that can be drawn from.

    Its outputs (B, K) say how badly a clip fits, in the column of its class. Decoded they are
    that error (B, 1), and at the end all that clips are compared by (`sets`).
    """

    monitor = ("val/loss", "min")
    baseline = "gaussian_components"
    outputs = "misfit"
    says_something = False
    detects_novelty = False

    def __init__(self, spec: Spec):
        super().__init__()
        self.classes = spec.classes
        self.out_shape = (len(spec.classes),)

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        if settings.normal is not None or array is not None:
            raise UserError(
                "task=generation makes clips of labels in one channel; "
                "leave data.normal and array away."
            )
        return LabelTargets()

    def ask(self, model: nn.Module, x: Tensor, target: Tensor) -> Tensor:
        return model(x, target)

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return F.one_hot(target, len(self.classes)).to(x.dtype)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        # which is the same for all classes where it is known for one alone
        return output.float().amin(1, keepdim=True)

    def complete(self, inspection: Inspection) -> Tensor:
        return compare_sets(inspection, self).pack()

    def check_parts(self, model: nn.Module, loss: nn.Module) -> None:
        if not isinstance(model, Generator):
            raise UserError(
                f"model: no clips can be drawn from {type(model).__name__}; "
                "choose model=flow, gaussian_components or replay."
            )
        if not isinstance(loss, MeanAnomalyScore):
            raise UserError(
                "loss: models of task=generation tell themselves how badly a clip fits; "
                "choose loss=anomaly_score."
            )

    def check_features(self, features: Standardized) -> None:
        if not isinstance(features.transform, Invertible):
            raise UserError(
                f"features: of {type(features.transform).__name__} no sound can be made again; "
                "choose features=log_mel_fine."
            )

    def metrics(self) -> dict[str, Metric]:
        return {name: measure("drawn") for name, measure in _MEASURES.items()}

    def breakdown(self) -> dict[str, Metric]:
        beside = {
            f"{name}_of_{other}": measure(other)
            for name, measure in _MEASURES.items()
            for other in SETS[1:]
        }
        # a clip that was made again is no copy of another
        del beside["copies_of_vocoder"]
        return {**beside, "misfit": Misfit()}

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return decoded[:, 0]

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        if not is_packed(decoded):
            return decoded
        return silence_drawn(unpack(decoded)).pack()

    @property
    def output(self) -> MisfitOutput:
        return MisfitOutput()

    @property
    def view(self) -> NewClipsView:
        return NewClipsView()

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        decoded = read_column(rows, "misfit")[:, None]
        return Comparable("misfit", Misfit(), decoded, torch.zeros(len(rows)))
