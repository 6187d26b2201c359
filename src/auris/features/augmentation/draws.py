"""Draws, one for each clip of a batch (B, ...), and what brings them to the shape of the batch."""

from typing import Annotated

import torch
from torch import Tensor
from torch.nn import functional as F

from auris.core.ranges import Range

Knots = Annotated[int, Range(1, 1000)]  # heights that are drawn of a random curve


def uniform(low: float, high: float, like: Tensor) -> Tensor:
    """A number for each clip of a batch, (B,), drawn evenly."""
    unit = torch.rand(len(like), device=like.device)
    return unit * (high - low) + low


def bernoulli(probability: float, like: Tensor) -> Tensor:
    """True for some clips of a batch, (B,)."""
    unit = torch.rand(len(like), device=like.device)
    return unit < probability


def level_to_gain(level: Tensor) -> Tensor:
    """The factor on an amplitude for a level in dB."""
    return 10 ** (level / 20)


def broadcast_to(values: Tensor, like: Tensor) -> Tensor:
    """(B,) -> (B, 1, ...), to go with a tensor of as many dimensions as `like`."""
    ones = [1] * (like.ndim - 1)
    return values.view(-1, *ones)


def random_curve(std: float, knots: int, size: int, like: Tensor) -> Tensor:
    """A smooth curve for each clip, (B, 1, size): normal draws at `knots`, joined by straight
    lines."""
    heights = torch.randn(len(like), 1, knots, device=like.device, dtype=like.dtype)
    return F.interpolate(std * heights, size, mode="linear", align_corners=True)
