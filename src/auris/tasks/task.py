"""What all tasks are: codecs between targets and outputs."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, final

import torch
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.tasks.losses import Surprise
from auris.tasks.metric import Metric
from auris.tasks.output import Reading, Row

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from auris.training.tensorboard import Page


class Task(nn.Module, ABC):
    """Turns targets into tensors of the model's output shape, and outputs into what people and metrics read."""

    outputs: ClassVar[str] = "target"  # what models put out for it, see `Codec`
    targets: ClassVar[
        tuple[str, ...]
    ]  # the kinds of target that it reads; none: it asks for no target
    monitor: ClassVar[
        tuple[str, str]
    ]  # the validation figure that chooses the epoch, and "min" or "max"
    baseline: ClassVar[str] = "linear"  # the plain model that others should beat
    minds_novelty: ClassVar[bool] = (
        True  # whether an answer means little where a sound is unlike all that trained
    )
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
        raise UserError(
            "model: an autoencoder says again what it hears; choose task=reconstruction or task=anomaly."
        )

    def check(self, model: nn.Module, loss: nn.Module) -> None:
        """Raise `UserError` where this model or this loss can't do what is asked."""
        if isinstance(loss, Surprise):
            raise UserError(
                "loss: only models that look for anomalies say how surprised they are; choose task=anomaly "
                "or another loss."
            )

    def calibrate(self, decoded: Tensor, target: Tensor) -> Tensor:
        """Fix what the validation set decides besides the epoch, such as a threshold, from its answers.

        Returns these answers (N, ...) as they are decoded from now on.
        """
        return decoded

    def caveat(self) -> str:
        """What people should know of the answers, in a sentence; empty where there is nothing."""
        return ""

    def settled(self, target: Tensor) -> Tensor:
        """(N,) for which of these clips the validation loss counts."""
        return torch.ones(len(target), dtype=torch.bool)

    @abstractmethod
    def metrics(self) -> dict[str, Metric]:
        """The metrics of decoded outputs, by name; the first is the main one."""

    def breakdown(self) -> dict[str, Metric]:
        """More metrics, told once at the end: for parts of the clips, by name."""
        return {}

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

    @property
    @abstractmethod
    def reading(self) -> Reading:
        """How its decoded outputs are read."""

    @final
    def answer(self, decoded: Tensor, target: Tensor | None = None) -> Row:
        """One decoded output (...) in words and numbers, by name, to one target (...) where there is one."""
        return self.reading.answer(decoded, target)

    @abstractmethod
    def say(self, decoded: Tensor, target: Tensor | None = None) -> str:
        """One decoded output (...) in a few words."""

    def truth(self, label: str, target: Tensor) -> str:
        """What is true of a clip with this label and target (...), in a few words."""
        return label

    @abstractmethod
    def question(self) -> str:
        """What is asked, as people ask it."""

    def figure(self, value: float) -> str:
        """A value of the main metric, as people write it."""
        return f"{100 * value:.0f} %"

    def sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        """What came out, for people: the main figure with its interval, and what always saying the same gives.

        Args:
            scores: those of a set, as `record.score` makes them; None stands for what is not a number.
            clips: what the set is of, such as "unseen clips".
            constant: the `answer` that is the best one to give always; empty where it is not known.
        """
        name, main = next(iter(scores["metrics"].items()))
        return (
            f"{name.replace('_', ' ').capitalize()} {self.figure(main['value'])} on {scores['clips']} {clips}, "
            f"{self.interval(main)}; a constant answer gives {self.figure(scores['majority'][name])}."
        )

    def interval(self, estimate: Mapping[str, float]) -> str:
        return f"95 % interval {self.figure(estimate['low'])} to {self.figure(estimate['high'])}"
