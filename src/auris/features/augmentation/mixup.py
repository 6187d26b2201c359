"""More data from the same data: batched, on the training device, active in training only.

Every clip of a batch takes its own draw. Waves are (B, C, T), features (B, C', F, T'); each part keeps the shape.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from auris.features.augmentation.draws import bernoulli, broadcast_to


@dataclass(frozen=True)
class MixupTargets:
    """Which clips of a batch were mixed, and in which shares. Labels follow by calling it."""

    partner: Tensor  # (B,) the other clip
    share: Tensor  # (B,) of the clip itself

    def __call__(self, target: Tensor, /) -> Tensor:  # (B, ...) -> (B, ...)
        share = broadcast_to(self.share, target)
        return share * target + (1 - share) * target[self.partner]


def identity(target: Tensor) -> Tensor:
    """The targets of clips that were not mixed."""
    return target


TargetTransform = Callable[
    [Tensor], Tensor
]  # what makes targets (B, ...) follow a mixing of clips


class Mixup(nn.Module, ABC):
    """Mix clips in pairs (Zhang et al., 2018, mixup), so that their powers add up in the drawn shares.

    The share comes from Beta(alpha, alpha), or its complement where that is larger: a clip stays mostly itself.
    """

    def __init__(self, alpha: float = 0.4, probability: float = 0.5):
        super().__init__()
        self.alpha, self.probability = alpha, probability

    def forward(self, x: Tensor) -> tuple[Tensor, TargetTransform]:
        if len(x) < 2:
            return x, identity
        share = torch.distributions.Beta(self.alpha, self.alpha).sample((len(x),)).to(x)
        share = torch.where(
            bernoulli(self.probability, x), torch.maximum(share, 1 - share), 1.0
        )
        partner = torch.arange(len(x), device=x.device).roll(
            int(torch.randint(1, len(x), ()))
        )
        return self.mix(x, x[partner], broadcast_to(share, x)), MixupTargets(partner, share)

    @abstractmethod
    def mix(self, x: Tensor, other: Tensor, share: Tensor) -> Tensor:
        """Add the powers of (B, ...) and (B, ...) in shares (B, 1, ...)."""


class WaveMixup(Mixup):
    """Of waves: their powers add up on average, as sounds from different places do."""

    def mix(self, x: Tensor, other: Tensor, share: Tensor) -> Tensor:
        return share.sqrt() * x + (1 - share).sqrt() * other


class LogMixup(Mixup):
    """Of logarithms of power: the powers add up, without a way back to the waves."""

    def mix(self, x: Tensor, other: Tensor, share: Tensor) -> Tensor:
        return torch.logaddexp(x + share.log(), other + (1 - share).log())
