"""Plane waves at microphones: when they arrive, and what that does to a spectrum."""

import torch
from torch import Tensor

from auris.acoustics.image_source import SPEED


def pairs(count: int) -> Tensor:
    """Pairs (P, 2) of `count` microphones."""
    return torch.combinations(torch.arange(count))


def delays(microphones: Tensor, directions: Tensor, speed: float = SPEED) -> Tensor:
    """How much later than at the origin, in s, waves from directions (D, 3) arrive at microphones (M, 3): (D, M)."""
    return -(directions @ microphones.T) / speed


def between(delays: Tensor, pairs: Tensor) -> Tensor:
    """How much later, in s, the second of each pair hears what the first does: delays (..., M) -> (..., P)."""
    return delays[..., pairs[:, 1]] - delays[..., pairs[:, 0]]


def phases(delays: Tensor, hertz: Tensor) -> Tensor:
    """What delays (...) in s turn the spectrum of a pulse into at frequencies (F,): (..., F), complex."""
    angle = -2 * torch.pi * delays[..., None] * hertz
    return torch.complex(angle.cos(), angle.sin())  # torch.polar takes twice the time
