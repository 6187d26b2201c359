"""What is asked of the data. A task is a codec between targets and outputs; a new one is one class here."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.data.spec import Shape, Spec
from auris.metrics import Accuracy, Auroc, BalancedAccuracy, MacroF1, Metric, confusion

if TYPE_CHECKING:
    from matplotlib.figure import Figure


class Task(nn.Module, ABC):
    """Turns targets into tensors of the model's output shape, and outputs into what people and metrics read."""

    target: ClassVar[str]  # the kind of target that it reads
    monitor: ClassVar[tuple[str, str]]  # the validation figure that chooses the epoch, and "min" or "max"
    out_shape: Shape

    @abstractmethod
    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        """Targets (B, ...) and features (B, *in_shape) -> what the model should put out, (B, *out_shape)."""

    @abstractmethod
    def decode(self, output: Tensor) -> Tensor:
        """Outputs (B, *out_shape) -> what people and metrics read, (B, ...)."""

    @abstractmethod
    def metrics(self) -> dict[str, Metric]:
        """The metrics of decoded outputs, by name."""

    @abstractmethod
    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        """How wrong each decoded output is, (N,), to find the worst."""

    @abstractmethod
    def guess(self, target: Tensor) -> Tensor:
        """The best constant decoded answer (1, ...), knowing only the training targets (N, ...)."""

    @abstractmethod
    def pictures(self, decoded: Tensor, target: Tensor) -> "dict[str, Figure]":
        """What shows the answers to a whole set at a glance, by title."""

    @abstractmethod
    def answer(self, decoded: Tensor) -> dict[str, str | float]:
        """One decoded output (...) in words and numbers, by name."""

    @abstractmethod
    def say(self, decoded: Tensor) -> str:
        """One decoded output (...) in a few words."""


class Classification(Task):
    """Which of the classes is it? Outputs are logits (B, K), decoded to probabilities."""

    target = "label"
    monitor = ("val/loss", "min")

    def __init__(self, spec: Spec):
        super().__init__()
        self.classes = spec.classes
        self.out_shape = (len(spec.classes),)

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return F.one_hot(target, len(self.classes)).to(x.dtype)

    def decode(self, output: Tensor) -> Tensor:
        return output.float().softmax(1)

    def metrics(self) -> dict[str, Metric]:
        several: dict[str, Metric] = {
            "accuracy": Accuracy(),
            "balanced_accuracy": BalancedAccuracy(),
            "macro_f1": MacroF1(),
        }
        return several | ({"auroc": Auroc()} if len(self.classes) == 2 else {})

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return 1 - decoded.gather(1, target[:, None])[:, 0]

    def guess(self, target: Tensor) -> Tensor:
        counts = target.bincount(minlength=len(self.classes))
        return F.one_hot(counts.argmax(), len(self.classes))[None].float()

    def pictures(self, decoded: Tensor, target: Tensor) -> "dict[str, Figure]":
        from auris import pictures

        counts = confusion(decoded, target, torch.ones(1, len(target)))[0]
        return {"confusion": pictures.confusion(counts, self.classes)}

    def answer(self, decoded: Tensor) -> dict[str, str | float]:
        best = int(decoded.argmax())
        shares = {f"p_{name}": round(p, 6) for name, p in zip(self.classes, decoded.tolist(), strict=True)}
        return {"class": self.classes[best], "probability": round(float(decoded[best]), 6), **shares}

    def say(self, decoded: Tensor) -> str:
        best = int(decoded.argmax())
        return f"{self.classes[best]} ({float(decoded[best]):.2f})"
