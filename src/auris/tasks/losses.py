"""Losses that torch lacks. Output and target always have the same shape (B, ...)."""

import torch.nn.functional as F
from torch import Tensor, nn

TINY = 1e-6  # keeps the slope of a power below 1 finite where the answer is certain


class Surprise(nn.Module):
    """The mean of outputs that say how surprising a clip is, if it were of each section: those of its own count.

    Targets are 1 for a clip's own section and 0 for others.
    """

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, K, T'), (B, K, T') -> ()
        return (output * target).sum(1).mean()


class FocalLoss(nn.Module):
    """Cross entropy that looks away from what is known already (Lin et al., 2017, eq. 4), for soft labels too.

    Args:
        gamma: how far it looks away; 0 is cross entropy.
    """

    def __init__(self, gamma: float = 2.0):
        super().__init__()
        self.gamma = gamma

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, K), (B, K) -> ()
        log_p = F.log_softmax(output, dim=1)
        return -(target * (1 - log_p.exp()).clamp_min(TINY) ** self.gamma * log_p).sum(1).mean()


class CosineLoss(nn.Module):
    """One minus the cosine of the angle between answer and direction: half its square, for small ones."""

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, D), (B, D) -> ()
        return (1 - F.cosine_similarity(output, target, dim=1)).mean()


class AngularLoss(nn.Module):
    """The angle between answer and direction in radians: forgives outliers more than its square does."""

    def forward(self, output: Tensor, target: Tensor) -> Tensor:  # (B, D), (B, D) -> ()
        cosine = F.cosine_similarity(output, target, dim=1)
        return cosine.clamp(TINY - 1, 1 - TINY).acos().mean()  # where the slope is finite
