"""Tagging: which sounds are heard?"""

from collections.abc import Mapping, Sequence
from typing import Any, final

import torch
from torch import Tensor, nn

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.data.settings import DataSettings
from auris.data.spec import Spec
from auris.data.targets import Targets
from auris.tasks.comparable import Comparable, Row, read_column
from auris.tasks.losses import CrossEntropy, FocalLoss
from auris.tasks.metric import Metric
from auris.tasks.tagging.metrics import (
    LabelF1,
    MacroAuroc,
    MacroF1,
    MeanAveragePrecision,
    MicroF1,
)
from auris.tasks.tagging.output import TagOutput
from auris.tasks.tagging.targets import TagTargets
from auris.tasks.tagging.threshold import USUAL, best_threshold
from auris.tasks.tagging.view import TagView
from auris.tasks.task import Task

_MIN_PROBABILITY = 1e-3  # of a label that an average has never seen, or always


@final
class Tagging(Task):
    """Which of the labels does it bear? Outputs are logits (B, K), decoded to probabilities.

    Once validation clips have shown which threshold gives each label the largest F1, decisions
    are made by those.
    """

    monitor = ("val/loss", "min")
    has_tags = True

    threshold: Tensor
    calibrated: Tensor

    def __init__(self, spec: Spec):
        super().__init__()
        self.classes = spec.classes
        self.separator = spec.values_of("separator")[0]
        self.out_shape = (len(spec.classes),)
        self.register_buffer("threshold", torch.full(self.out_shape, USUAL))
        self.register_buffer("calibrated", torch.tensor(False))

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        settings.refuse_normal("task=tagging tells labels")
        return TagTargets(settings.separator)

    def check_parts(self, model: nn.Module, loss: nn.Module) -> None:
        if isinstance(loss, CrossEntropy | FocalLoss):
            raise UserError(
                f"loss: {type(loss).__name__} is for classes that exclude each other; "
                "choose loss=binary_cross_entropy (loss.gamma=2 is focal)."
            )
        super().check_parts(model, loss)

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        return target.to(x.dtype)

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        return output.float().sigmoid()

    def output_of_mean(self, average: Tensor) -> Tensor:
        return average.clamp(_MIN_PROBABILITY, 1 - _MIN_PROBABILITY).logit()

    def calibrate(self, decoded: Tensor, target: Tensor, group: Tensor) -> Tensor:
        """Take the threshold of each label from validation clips."""
        pairs = zip(decoded.T, target.T, strict=True)
        self.threshold.copy_(torch.tensor([best_threshold(*pair) for pair in pairs]))
        self.calibrated.fill_(True)
        return decoded

    def limitation(self) -> str:
        if self.calibrated:
            return ""
        return (
            f"Every label is told from a probability of {USUAL} on: thresholds take validation "
            "clips, which do not train, as with refit."
        )

    def metrics(self) -> dict[str, Metric]:
        return {
            "mean_average_precision": MeanAveragePrecision(),
            "macro_auroc": MacroAuroc(),
            "macro_f1": MacroF1(self.threshold),
            "micro_f1": MicroF1(self.threshold),
        }

    def breakdown(self) -> dict[str, Metric]:
        metrics: dict[str, Metric] = {}
        for k, name in enumerate(self.classes):
            metrics[f"average_precision_{name}"] = MeanAveragePrecision(k)
            metrics[f"f1_{name}"] = LabelF1(self.threshold, k)
        return metrics

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        """The largest distance of a probability from what is true."""
        return (decoded - target).abs().amax(1)

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        """How frequent each label is in training."""
        return known.mean(0).expand_as(decoded)

    @property
    def output(self) -> TagOutput:
        return TagOutput(self.classes, tuple(self.threshold.tolist()), self.separator)

    @property
    def view(self) -> TagView:
        return TagView(self.output)

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        names = [key for key in rows[0] if key.startswith("p_")]
        separator = str(settings["data.separator"])
        decoded = torch.stack([read_column(rows, name) for name in names], 1)
        target = torch.zeros_like(decoded)
        for at, row in enumerate(rows):
            true = row["true_tags"].split(separator)
            for k, name in enumerate(names):
                target[at, k] = name.removeprefix("p_") in true
        metric = MeanAveragePrecision()
        return Comparable("mean_average_precision", metric, decoded, target)
