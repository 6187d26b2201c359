"""Losses that torch lacks. Output and target always have the same shape (B, ...)."""

import math
from collections.abc import Sequence
from typing import Annotated, Literal, final

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.ranges import Range, Share
from auris.data.spec import Spec

_EPS = 1e-6  # keeps the slope of a power below 1 finite where the output is certain


# of each class, in their order; balanced: the rarer, the more
ClassWeight = Literal["balanced"] | Sequence[float] | None


@final
class CrossEntropy(nn.Module):
    """How unlikely the right class is held to be, in logarithms, times the weight of that class.

    It takes soft labels too.

    Args:
        spec: of the data, which has the classes.
        weight: of each class, see `class_weights`.
        label_smoothing: how much of the target is spread over all classes.
    """

    weight: Tensor | None

    def __init__(
        self, spec: Spec, weight: ClassWeight = None, label_smoothing: Share = 0.0
    ):
        super().__init__()
        self.label_smoothing = label_smoothing
        self.register_buffer("weight", class_weights(weight, spec), persistent=False)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, K), (B, K) -> ()
        return F.cross_entropy(
            output, target, self.weight, label_smoothing=self.label_smoothing
        )


@final
class MeanAnomalyScore(nn.Module):
    """The mean of outputs that say how surprising a clip is, if it were of each section.

    Those of its own count: targets are 1 for a clip's own section and 0 for others.
    """

    def forward(
        self, output: Tensor, target: Tensor
    ) -> Tensor:  # (B, K, T'), (B, K, T') -> ()
        return (output * target).sum(1).mean()


@final
class FocalLoss(nn.Module):
    """Cross entropy that looks away from what is known already (Lin et al., 2017, eq. 4).

    It takes soft labels too.

    Args:
        spec: of the data, which has the classes.
        gamma: how far it looks away; 0 is cross entropy.
        weight: of each class, see `class_weights`.
    """

    weight: Tensor | None

    def __init__(
        self,
        spec: Spec,
        gamma: Annotated[float, Range(0, 100)] = 2.0,
        weight: ClassWeight = None,
    ):
        super().__init__()
        self.gamma = gamma
        self.register_buffer("weight", class_weights(weight, spec), persistent=False)

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, K), (B, K) -> ()
        log_p = F.log_softmax(output, dim=1)
        focus = (1 - log_p.exp()).clamp_min(_EPS) ** self.gamma
        terms = target * focus * log_p  # (B, K)
        if self.weight is not None:
            terms = terms * self.weight
        return -terms.sum(1).mean()


@final
class BinaryCrossEntropy(nn.Module):
    """How unlikely what is true of each class is held to be; classes need not exclude each other.

    Args:
        gamma: how far it looks away from what is known already (Lin et al., 2017, eq. 4); 0 is
            cross entropy.
    """

    def __init__(self, gamma: Annotated[float, Range(0, 100)] = 0.0):
        super().__init__()
        self.gamma = gamma

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, K), (B, K) -> ()
        terms = F.binary_cross_entropy_with_logits(output, target, reduction="none")
        if self.gamma:
            p = output.sigmoid()
            missed = target * (1 - p) + (1 - target) * p  # of what is true
            terms = terms * missed.clamp_min(_EPS) ** self.gamma
        return terms.mean()


class DirectionLoss(nn.Module):
    """Of outputs and targets that are directions (B, D)."""


@final
class CosineLoss(DirectionLoss):
    """One minus the cosine of the angle between output and direction: half its square, if small."""

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, D), (B, D) -> ()
        cosine = F.cosine_similarity(output, target, dim=1)
        return (1 - cosine).mean()


@final
class AngularLoss(DirectionLoss):
    """The angle between output and direction in radians: forgives outliers more than its square."""

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, D), (B, D) -> ()
        cosine = F.cosine_similarity(output, target, dim=1)
        # where the slope is finite
        return cosine.clamp(_EPS - 1, 1 - _EPS).acos().mean()


def class_weights(weight: ClassWeight, spec: Spec) -> Tensor | None:
    """(K,) the weight of each class; None: all count alike.

    "balanced" gives a class the weight N / (K n) for n of its training clips of N in all (King &
    Zeng, 2001, Logistic regression in rare events data): all classes weigh the same together, and
    clips 1 in the mean. Raises `UserError` for weights that are not those of the classes.
    """
    if weight is None:
        return None
    if weight == "balanced":
        counts = torch.tensor(spec.class_counts)
        if len(counts) == 0 or not counts.all():
            raise UserError(
                "loss.weight=balanced needs training clips of each of several classes."
            )
        return counts.sum() / (len(counts) * counts)
    names = ", ".join(spec.classes)
    if len(weight) != len(spec.classes):
        raise UserError(
            f"loss.weight has {len(weight)} numbers and there are {len(spec.classes)} classes: "
            f"{names}."
        )
    if not all(0 < value < math.inf for value in weight):
        raise UserError(
            f"loss.weight should be a number above 0 for each class: {names}."
        )
    return torch.tensor(weight, dtype=torch.float32)
