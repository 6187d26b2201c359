"""What all tasks are: codecs between targets and outputs."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from auris.data.spec import Shape
from auris.errors import UserError
from auris.losses import Surprise
from auris.metrics import Metric

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from auris.pages import Page


class Task(nn.Module, ABC):
    """Turns targets into tensors of the model's output shape, and outputs into what people and metrics read."""

    targets: ClassVar[tuple[str, ...]]  # the kinds of target that it reads; none: it asks for no target
    monitor: ClassVar[tuple[str, str]]  # the validation figure that chooses the epoch, and "min" or "max"
    needs_band: ClassVar[bool] = False  # whether a recording must hold all frequencies that the model hears
    timeline: ClassVar[bool] = False  # whether people want answers over time, not one for a recording as a whole
    knows_novelty: ClassVar[bool] = False  # whether its answers say themselves how unusual a clip is
    out_shape: Shape

    @abstractmethod
    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        """Targets (B, ...) and features (B, *in_shape) -> what the model should put out, (B, *out_shape)."""

    @abstractmethod
    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        """Outputs (B, *out_shape) to features (B, *in_shape) -> what people and metrics read, (B, ...)."""

    def express(self, average: Tensor) -> Tensor:
        """The output (B, *out_shape) that says an average of encoded targets: for models that answer with such."""
        return average

    def remembered(self, target: Tensor) -> Tensor:
        """What models that remember clips keep of their encoded targets (n, *out_shape): (n, ...)."""
        return target

    def recall(self, distance: Tensor, told: Tensor, k: int) -> Tensor:
        """What the k nearest of n remembered clips call to mind: the output that says the mean of their targets.

        Args:
            distance: (B, n) of clips to those that are remembered.
            told: (n, ...) what is remembered of their encoded targets.
        """
        nearest = distance.topk(min(k, len(told)), largest=False).indices  # (B, k)
        return self.express(told[nearest].mean(1))

    def compare(self, x: Tensor, copy: Tensor) -> Tensor:
        """The output (B, *out_shape) of a model that says features (B, *in_shape) again as `copy`."""
        raise UserError("model: an autoencoder says again what it hears; choose task=reconstruction or task=anomaly.")

    def check(self, model: nn.Module, loss: nn.Module) -> None:
        """Raise `UserError` where this model or this loss can't do what is asked."""
        if isinstance(loss, Surprise):
            raise UserError("loss: only models that look for anomalies say how surprised they are; choose task=anomaly "
                            "or another loss.")  # fmt: skip

    def calibrate(self, decoded: Tensor, target: Tensor) -> None:
        """Fix what the validation set decides besides the epoch, such as a threshold, from its answers."""

    def caveat(self) -> str:
        """What people should know of the answers, in a sentence; empty where there is nothing."""
        return ""

    def settled(self, target: Tensor) -> Tensor:
        """(N,) for which of these clips the validation loss counts."""
        return torch.ones(len(target), dtype=torch.bool)

    def moments(self, decoded: Tensor) -> Sequence[Tensor]:
        """One decoded output as one for each of the equal parts of its clip that people want an answer for."""
        return [decoded]

    @abstractmethod
    def metrics(self) -> dict[str, Metric]:
        """The metrics of decoded outputs, by name; the first is the main one."""

    @abstractmethod
    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        """How wrong each decoded output is, (N,), to find the worst."""

    @abstractmethod
    def guess(self, known: Tensor, decoded: Tensor) -> Tensor:
        """What a constant model would answer in the place of `decoded` (N, ...), knowing training targets (n, ...)."""

    @abstractmethod
    def pictures(self, decoded: Tensor, target: Tensor, group: Tensor) -> "dict[str, Figure]":
        """What shows the answers to a whole set at a glance, by title. Clips of one group (N,) belong together."""

    def show(self, page: "Page") -> None:
        """Write to TensorBoard what needs more than answers: a closer look at some clips."""

    @abstractmethod
    def answer(self, decoded: Tensor, target: Tensor | None = None) -> dict[str, str | float]:
        """One decoded output (...) in words and numbers, by name, to one target (...) where there is one."""

    @abstractmethod
    def say(self, decoded: Tensor, target: Tensor | None = None) -> str:
        """One decoded output (...) in a few words."""
