"""What all tasks are: codecs between targets and outputs."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.data.settings import DataSettings
from auris.data.targets import Targets
from auris.features.standardize import Standardized
from auris.tasks.comparable import Comparable, Row
from auris.tasks.inspection import Inspection
from auris.tasks.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    DirectionLoss,
    FocalLoss,
    MeanAnomalyScore,
)
from auris.tasks.metric import Metric
from auris.tasks.output import OutputFormat
from auris.tasks.view import TaskView


class Task(nn.Module, ABC):
    """Turns targets into tensors of the model's output shape, and outputs into what people read."""

    # the validation metric that chooses, and "min" or "max"
    monitor: ClassVar[tuple[str, str]]
    baseline: ClassVar[str] = "linear"  # the plain model that others should beat
    outputs: ClassVar[str] = "target"  # what models put out for it, see `Codec`
    has_classes: ClassVar[bool] = False  # whether targets are one class a clip
    # whether targets are any number of classes a clip
    has_tags: ClassVar[bool] = False
    # whether it says something of recordings: else there is nothing to predict
    says_something: ClassVar[bool] = True
    has_directions: ClassVar[bool] = False  # whether targets are unit vectors
    # whether a sound unlike all known ones is marked
    detects_novelty: ClassVar[bool] = True
    out_shape: Shape

    @classmethod
    @abstractmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        """What it takes labels for. Raises `UserError` for data that is of another task."""

    @abstractmethod
    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        """Targets (B, ...) and features (B, *in_shape) -> what to put out, (B, *out_shape)."""

    @abstractmethod
    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        """Outputs (B, *out_shape) to features (B, *in_shape) -> what people read, (B, ...)."""

    def ask(self, model: nn.Module, x: Tensor, target: Tensor) -> Tensor:
        """What a model puts out to features (B, *in_shape), (B, *out_shape).

        Only a model that makes clips is told their encoded targets (B, *out_shape).
        """
        return model(x)

    def output_of_mean(self, average: Tensor) -> Tensor:
        """The output (B, *out_shape) that says an average of encoded targets."""
        return average

    def stored_target(self, target: Tensor) -> Tensor:
        """What models that remember clips keep of encoded targets (n, *out_shape): (n, ...)."""
        return target

    def knn_output(self, distance: Tensor, stored: Tensor, k: int) -> Tensor:
        """The output (B, *out_shape) that the k nearest of n remembered clips call to mind.

        Args:
            distance: (B, n) of clips to those that are remembered.
            stored: (n, ...) what is remembered of their encoded targets.
        """
        nearest = distance.topk(min(k, len(stored)), largest=False).indices  # (B, k)
        return self.output_of_mean(stored[nearest].mean(1))

    def reconstruction_output(self, x: Tensor, copy: Tensor) -> Tensor:
        """The output (B, *out_shape) of a model that says features (B, *in_shape) as `copy`."""
        raise UserError(
            "model: an autoencoder says again what it hears; "
            "choose task=reconstruction or task=anomaly."
        )

    def check_parts(self, model: nn.Module, loss: nn.Module) -> None:
        """Raise `UserError` where this model or this loss can't do what is asked."""
        if isinstance(loss, MeanAnomalyScore):
            raise UserError(
                "loss: only models that look for anomalies put out an anomaly score; "
                "choose task=anomaly or another loss."
            )
        if (
            isinstance(loss, nn.CrossEntropyLoss | CrossEntropy | FocalLoss)
            and not self.has_classes
        ):
            raise UserError(
                f"loss: {type(loss).__name__} is for classes, and this task has none; "
                "choose loss=mse, or another."
            )
        if isinstance(loss, BinaryCrossEntropy) and not (
            self.has_classes or self.has_tags
        ):
            raise UserError(
                f"loss: {type(loss).__name__} is for labels, and this task has none; "
                "choose loss=mse, or another."
            )
        if isinstance(loss, DirectionLoss) and not self.has_directions:
            raise UserError(
                f"loss: {type(loss).__name__} is for directions, and this task has none; "
                "choose another loss, such as cross_entropy or mse."
            )

    def learn_targets(self, target: Tensor) -> None:  # noqa: B027, most learn nothing of them
        """Take from the training targets (n, ...) what is fixed before the search.

        Raises `UserError` for those that can't be learnt.
        """

    def check_features(self, features: Standardized) -> None:  # noqa: B027, most take any
        """Raise `UserError` for features of which it can't make what is asked."""

    def complete(self, inspection: Inspection) -> Tensor:
        """The decoded outputs (N, ...) of a split with what takes too long for each epoch."""
        return inspection.predictions.decoded

    def calibrate(self, decoded: Tensor, target: Tensor, group: Tensor) -> Tensor:
        """Fix what the validation split decides besides the epoch, such as a threshold.

        Returns its decoded outputs (N, ...) as they are from now on. Clips of one `group` (N,)
        belong together.
        """
        return decoded

    def limitation(self) -> str:
        """What people should know of the predictions, in a sentence; empty for nothing."""
        return ""

    def loss_mask(self, target: Tensor) -> Tensor:
        """(N,) for which of these clips the validation loss counts."""
        return torch.ones(len(target), dtype=torch.bool)

    @abstractmethod
    def metrics(self) -> dict[str, Metric]:
        """The metrics of decoded outputs, by name; the first is the main one."""

    def breakdown(self) -> dict[str, Metric]:
        """More metrics, logged once at the end: for parts of the clips, by name."""
        return {}

    @abstractmethod
    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        """How wrong each decoded output is, (N,), to find the worst."""

    @abstractmethod
    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        """The best constant in the place of `decoded` (N, ...), by training targets (n, ...)."""

    @property
    @abstractmethod
    def output(self) -> OutputFormat:
        """How its decoded outputs are read."""

    @property
    @abstractmethod
    def view(self) -> TaskView:
        """What people see and hear of its predictions."""

    @classmethod
    @abstractmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        """The main metric of a table of predictions, of a run with these flat settings."""
