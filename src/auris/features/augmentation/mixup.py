"""Mixup of the clips of a batch, waves (B, C, T) or features (B, C', F, T'), and of their
targets."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import torch
from torch import Tensor, nn
from torch.distributions import Beta

from auris.core.ranges import Range, Share
from auris.features.augmentation.draws import bernoulli, broadcast_to

# targets (B, ...) of clips that were mixed or not
TargetTransform = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class MixupTargets:
    """Which clips of a batch were mixed, and how. Targets follow by calling it."""

    partner: Tensor  # (B,) the other clip
    fraction: Tensor  # (B,) of the clip itself

    def __call__(self, target: Tensor, /) -> Tensor:  # (B, ...) -> (B, ...)
        fraction = broadcast_to(self.fraction, target)
        other = target[self.partner]
        return fraction * target + (1 - fraction) * other


def identity(target: Tensor) -> Tensor:
    """The targets of clips that were not mixed."""
    return target


class Mixup(nn.Module, ABC):
    """Mix clips in pairs (Zhang et al., 2018, mixup), so that their powers add up as drawn.

    The fraction comes from Beta(alpha, alpha), or its complement where that is larger: a clip stays
    mostly itself.
    """

    def __init__(
        self, alpha: Annotated[float, Range(0.01, 100)] = 0.4, probability: Share = 0.5
    ):
        super().__init__()
        self.alpha = alpha
        self.probability = probability

    def forward(self, x: Tensor) -> tuple[Tensor, TargetTransform]:
        count = len(x)
        if count < 2:
            return x, identity
        fraction = self._draw_fractions(x)
        distance = int(torch.randint(1, count, ()))
        partner = torch.arange(count, device=x.device).roll(distance)
        mixed = self.mix_powers(x, x[partner], broadcast_to(fraction, x))
        return mixed, MixupTargets(partner, fraction)

    def _draw_fractions(self, x: Tensor) -> Tensor:
        """(B,) of each clip itself: 1 for those that are not mixed."""
        beta = Beta(self.alpha, self.alpha)
        drawn = beta.sample((len(x),)).to(x)
        larger = torch.maximum(drawn, 1 - drawn)
        mixed = bernoulli(self.probability, x)
        return torch.where(mixed, larger, 1.0)

    @abstractmethod
    def mix_powers(self, x: Tensor, other: Tensor, fraction: Tensor) -> Tensor:
        """Add the powers of (B, ...) and (B, ...), `fraction` (B, 1, ...) of the first."""


class WaveMixup(Mixup):
    """Of waves: their powers add up on average, as sounds from different places do."""

    def mix_powers(self, x: Tensor, other: Tensor, fraction: Tensor) -> Tensor:
        gain = fraction.sqrt()
        other_gain = (1 - fraction).sqrt()
        return gain * x + other_gain * other


class LogMixup(Mixup):
    """Of logarithms of power: the powers add up, without a way back to the waves."""

    def mix_powers(self, x: Tensor, other: Tensor, fraction: Tensor) -> Tensor:
        log_power = x + fraction.log()
        other_log_power = other + (1 - fraction).log()
        return torch.logaddexp(log_power, other_log_power)
