"""Sound event recognition: which of the classes is it?"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from auris.data.spec import Spec
from auris.tasks.classification.metrics import Accuracy, Auroc, BalancedAccuracy, MacroF1, confusion
from auris.tasks.metric import Metric
from auris.tasks.output import Classes
from auris.tasks.task import Task

if TYPE_CHECKING:
    from matplotlib.figure import Figure


LEAST_SHARE = 1e-3  # of a class that an average has never seen


NAMED = 4  # classes that a question names


class Classification(Task):
    """Which of the classes is it? Outputs are logits (B, K), decoded to probabilities."""

    targets = ("label",)
    monitor = ("val/loss", "min")

    def __init__(self, spec: Spec):
        super().__init__()
        self.classes = spec.classes
        self.out_shape = (len(spec.classes),)

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return F.one_hot(target, len(self.classes)).to(x.dtype)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        return output.float().softmax(1)

    def express(self, average: Tensor) -> Tensor:
        return average.clamp_min(LEAST_SHARE).log()

    def metrics(self) -> dict[str, Metric]:
        several: dict[str, Metric] = {
            "accuracy": Accuracy(),
            "balanced_accuracy": BalancedAccuracy(),
            "macro_f1": MacroF1(),
        }
        return several | ({"auroc": Auroc()} if len(self.classes) == 2 else {})

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return 1 - decoded.gather(1, target[:, None])[:, 0]

    def guess(self, known: Tensor, decoded: Tensor) -> Tensor:
        counts = known.bincount(minlength=len(self.classes))
        return F.one_hot(counts.argmax(), len(self.classes)).float().expand_as(decoded)

    def pictures(self, decoded: Tensor, target: Tensor, group: Tensor) -> "dict[str, Figure]":
        from auris.tasks.classification import plots as pictures

        counts = confusion(decoded, target, torch.ones(1, len(target)))[0]
        sure, answer = decoded.max(1)
        return {
            "confusion": pictures.confusion(counts, self.classes),
            "reliability": pictures.reliability(sure, answer == target),
        }

    @property
    def reading(self) -> Classes:
        return Classes(self.classes)

    def say(self, decoded: Tensor, target: Tensor | None = None) -> str:
        best = int(decoded.argmax())
        return f"{self.classes[best]} ({float(decoded[best]):.2f})"

    def question(self) -> str:
        if len(self.classes) > NAMED:
            return f"Which of {len(self.classes)} classes is it?"
        *others, last = self.classes
        return f"Is it {', '.join(others)} or {last}?"

    def sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        accuracy, count = scores["metrics"]["accuracy"], scores["clips"]
        always = (
            f"always answering “{constant['class']}”" if constant else "the best constant answer"
        )
        return (
            f"{round(accuracy['value'] * count)} of {count} {clips} right, {self.interval(accuracy)}; "
            f"{always} gives {self.figure(scores['majority']['accuracy'])}."
        )
