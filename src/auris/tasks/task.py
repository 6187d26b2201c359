"""What all tasks are: codecs between targets and outputs."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor, nn

from auris.data.spec import Shape
from auris.metrics import Metric

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Task(nn.Module, ABC):
    """Turns targets into tensors of the model's output shape, and outputs into what people and metrics read."""

    targets: ClassVar[tuple[str, ...]]  # the kinds of target that it reads; none: it asks for no target
    monitor: ClassVar[tuple[str, str]]  # the validation figure that chooses the epoch, and "min" or "max"
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
    def pictures(self, decoded: Tensor, target: Tensor) -> "dict[str, Figure]":
        """What shows the answers to a whole set at a glance, by title."""

    @abstractmethod
    def answer(self, decoded: Tensor) -> dict[str, str | float]:
        """One decoded output (...) in words and numbers, by name."""

    @abstractmethod
    def say(self, decoded: Tensor) -> str:
        """One decoded output (...) in a few words."""
