"""What brings features over time (B, ..., T') down to one vector a clip."""

import torch
from torch import Tensor, nn

MIN_FRAMES = 3  # a change needs two, its standard deviation three


class MeanDeviation(nn.Module):
    """Mean and standard deviation over time, and that of the change: (B, ..., T') -> (B, 3 x
    ...)."""

    def forward(self, x: Tensor) -> Tensor:
        return pool_mean_std(x).flatten(1)


def pool_mean_std(x: Tensor) -> Tensor:
    """Mean, std and std of the change over the last axis: (B, C, ..., T') -> (B, 3 C, ...)."""
    mean = x.mean(-1)
    change = x.diff(dim=-1)  # from frame to frame
    return torch.cat([mean, _std_over_time(x), _std_over_time(change)], dim=1)


def _std_over_time(x: Tensor) -> Tensor:
    """The standard deviation over time, (..., T') -> (...), six times as fast as `x.std(-1)` on a
    CPU."""
    centred = x - x.mean(-1, keepdim=True)
    length = torch.linalg.vector_norm(centred, dim=-1)
    count = x.shape[-1]
    return length / (count - 1) ** 0.5


class Mean(nn.Module):
    """The mean over time alone: (B, ..., T') -> (B, ...)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(-1).flatten(1)
