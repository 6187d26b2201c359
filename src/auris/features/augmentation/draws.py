"""More data from the same data: batched, on the training device, active in training only.

Every clip of a batch takes its own draw. Waves are (B, C, T), features (B, C', F, T'); each part keeps the shape.
"""

import torch
from torch import Tensor


def uniform(low: float, high: float, like: Tensor) -> Tensor:
    """A number for each clip of a batch, (B,), drawn evenly."""
    return torch.rand(len(like), device=like.device) * (high - low) + low


def bernoulli(probability: float, like: Tensor) -> Tensor:
    """True for some clips of a batch, (B,)."""
    return torch.rand(len(like), device=like.device) < probability


def level_to_gain(level: Tensor) -> Tensor:
    """The factor on an amplitude for a level in dB."""
    return 10 ** (level / 20)


def broadcast_to(values: Tensor, like: Tensor) -> Tensor:
    """(B,) -> (B, 1, ...), to go with a tensor of as many dimensions as `like`."""
    return values.view(-1, *[1] * (like.ndim - 1))
