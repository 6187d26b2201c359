"""Networks that see a clip as one vector."""

import torch
from torch import Tensor, nn

MIN_FRAMES = 3  # a change needs two, its deviation three


class MeanDeviation(nn.Module):
    """Mean and deviation over time, and deviation of the change from frame to frame: (B, ..., T') -> (B, 3 x ...)."""

    def forward(self, x: Tensor) -> Tensor:
        return pool_mean_std(x).flatten(1)


def pool_mean_std(x: Tensor) -> Tensor:
    """Mean, deviation and deviation of the change over the last axis: (B, C, ..., T') -> (B, 3 C, ...)."""
    return torch.cat([x.mean(-1), _std_over_time(x), _std_over_time(x.diff(dim=-1))], dim=1)


def _std_over_time(x: Tensor) -> Tensor:
    """The standard deviation over time, (..., T') -> (...), six times as fast as `x.std(-1)` on a CPU."""
    return (
        torch.linalg.vector_norm(x - x.mean(-1, keepdim=True), dim=-1)
        / (x.shape[-1] - 1) ** 0.5
    )


class Mean(nn.Module):
    """The mean over time alone: (B, ..., T') -> (B, ...)."""

    def forward(self, x: Tensor) -> Tensor:
        return x.mean(-1).flatten(1)
