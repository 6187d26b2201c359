"""Reverberation time, in which sound decays by 60 dB: of a room from its walls, of a response from its decay.

B rooms, T samples. What a formula promises is not what a room does: measure the responses.
"""

import math

import torch
from torch import Tensor

from auris.acoustics.image_source import SPEED
from auris.core.errors import UserError

DECAY = 24 * math.log(10)  # 60 dB in each of the three dimensions, as 4 x ln(10^6)


ONSET = -5.0  # dB where the regression begins (ISO 3382-1:2009, 3.4)


def walls(size: Tensor) -> Tensor:
    """Areas (B, 6) in m^2 of the walls of rooms (B, 3) in m, in the order of `Rooms`."""
    x, y, z = size.unbind(-1)
    return torch.stack([y * z, x * z, x * y], -1).repeat_interleave(2, -1)


def sabine(size: Tensor, rt60: Tensor, speed: float = SPEED) -> Tensor:
    """Mean absorption (B,) of rooms (B, 3) in m for reverberation times (B,) in s, by Sabine (1922).

    RT60 = 24 ln 10 V / (c S a). Raises `UserError` where that asks for more than all.
    """
    mean = exponent(size, rt60, speed)
    if (mean > 1).any():
        least = float((rt60 * mean)[mean > 1].max())
        raise UserError(
            f"The walls of a room would have to absorb more than all; ask for an RT60 of {least:.2g} s."
        )
    return mean


def eyring(size: Tensor, rt60: Tensor, speed: float = SPEED) -> Tensor:
    """Mean absorption (B,) as `sabine`, by Eyring (1930): RT60 = 24 ln 10 V / (-c S ln(1 - a)). Always below 1."""
    return -torch.expm1(-exponent(size, rt60, speed))


def exponent(size: Tensor, rt60: Tensor, speed: float) -> Tensor:
    """24 ln 10 V / (c S RT60), shape (B,)."""
    return DECAY * size.prod(-1) / (speed * walls(size).sum(-1) * rt60)


def uneven(mean: Tensor, weight: Tensor, size: Tensor) -> Tensor:
    """Absorptions (B, 6) of walls that differ by weights (B, 6), in rooms (B, 3) whose mean absorption is `mean` (B,).

    The mean is that of ln(1 - a) over the area, so that no wall absorbs more than all (Millington, 1932).
    """
    share = walls(size) / walls(size).sum(-1, keepdim=True)
    relative = weight / (weight * share).sum(-1, keepdim=True)
    return -torch.expm1(torch.log1p(-mean)[..., None] * relative)


def decay_curve(response: Tensor) -> Tensor:
    """Energy (..., T) in dB that is still to come in responses (..., T), 0 dB at their beginning.

    Schroeder (1965), New method of measuring reverberation time, J. Acoust. Soc. Am. 37:409-412.
    """
    left = response.double().square().flip(-1).cumsum(-1).flip(-1)
    return 10 * (left / left[..., :1]).log10()


def measured_rt60(response: Tensor, sample_rate: int, span: float = 20.0) -> Tensor:
    """Reverberation times (...) in s of responses (..., T): a straight line through `span` dB of the decay, from -5 dB.

    Least squares, as ISO 3382-1:2009 has it: T20 where `span` is 20 dB, T30 where it is 30. NaN where the response is
    silent or has no such decay. A response that is cut off ends early: let it be as long as its decay by span + 20 dB.
    """
    curve = decay_curve(response)
    used = (curve <= ONSET) & (curve >= ONSET - span)
    weight = used / used.sum(-1, keepdim=True)  # NaN where there is nothing
    level = torch.where(used, curve, 0)
    time = (
        torch.arange(curve.shape[-1], device=curve.device, dtype=curve.dtype)
        / sample_rate
    )
    time = time - (weight * time).sum(-1, keepdim=True)
    slope = (weight * time * level).sum(-1) / (weight * time.square()).sum(-1)
    return torch.where(slope < 0, -60 / slope, torch.nan).to(response.dtype)
