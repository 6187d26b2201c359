"""Plane waves at microphones: when they arrive, and what that does to a spectrum.

M microphones, P pairs of them, D directions to the source, F frequencies.
"""

import torch
from torch import Tensor

from auris.acoustics.constants import SPEED_OF_SOUND


def microphone_pairs(count: int) -> Tensor:
    """Pairs (P, 2) of `count` microphones."""
    return torch.combinations(torch.arange(count))


def plane_wave_delays(
    microphones: Tensor, directions: Tensor, speed: float = SPEED_OF_SOUND
) -> Tensor:
    """How much later than at the origin, in s, waves from directions (D, 3) arrive: (D, M).

    At microphones (M, 3) in m.
    """
    return -(directions @ microphones.T) / speed


def pair_delays(delays: Tensor, pairs: Tensor) -> Tensor:
    """How much later, in s, the second of each pair hears what the first does: (..., M) -> (...,
    P)."""
    first, second = pairs.T
    return delays[..., second] - delays[..., first]


def delay_phases(delays: Tensor, hertz: Tensor) -> Tensor:
    """What delays (...) in s turn the spectrum of a pulse into at frequencies (F,): (..., F),
    complex."""
    angle = -2 * torch.pi * delays[..., None] * hertz
    return torch.complex(angle.cos(), angle.sin())  # torch.polar takes twice the time
