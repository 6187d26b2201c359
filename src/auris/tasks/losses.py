"""Losses that torch lacks. Output and target always have the same shape (B, ...)."""

from typing import Annotated, final

import torch.nn.functional as F
from torch import Tensor, nn

from auris.core.ranges import Range

_EPS = 1e-6  # keeps the slope of a power below 1 finite where the output is certain


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
        gamma: how far it looks away; 0 is cross entropy.
    """

    def __init__(self, gamma: Annotated[float, Range(0, 100)] = 2.0):
        super().__init__()
        self.gamma = gamma

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, K), (B, K) -> ()
        log_p = F.log_softmax(output, dim=1)
        focus = (1 - log_p.exp()).clamp_min(_EPS) ** self.gamma
        return -(target * focus * log_p).sum(1).mean()


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
