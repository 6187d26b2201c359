"""Reverberation time, in which sound decays by 60 dB: of a room from its walls, or of a response.

B rooms, T samples. What a formula promises is not what a room does: measure the responses.
"""

import math

import torch
from torch import Tensor

from auris.acoustics.constants import SPEED_OF_SOUND
from auris.core.errors import UserError

_DECAY = 24 * math.log(10)  # 60 dB in each of the three dimensions, as 4 x ln(10^6)
_ONSET = -5.0  # dB where the regression begins (ISO 3382-1:2009, 3.4)


def wall_areas(size: Tensor) -> Tensor:
    """Areas (B, 6) in m^2 of the walls of rooms (B, 3) in m, in the order of `Rooms`."""
    x, y, z = size.unbind(-1)
    areas = torch.stack([y * z, x * z, x * y], -1)  # (B, 3)
    return areas.repeat_interleave(2, -1)


def sabine_absorption(
    size: Tensor, rt60: Tensor, speed: float = SPEED_OF_SOUND
) -> Tensor:
    """Mean absorption (B,) of rooms (B, 3) in m for times (B,) in s, by Sabine (1922).

    RT60 = 24 ln 10 V / (c S a). Raises `UserError` where that asks for more than all.
    """
    mean = _absorption_exponent(size, rt60, speed)
    impossible = mean > 1
    if impossible.any():
        shortest = (rt60 * mean)[impossible]
        raise UserError(
            "The walls of a room would have to absorb more than all; "
            f"ask for an RT60 of {float(shortest.max()):.2g} s."
        )
    return mean


def eyring_absorption(
    size: Tensor, rt60: Tensor, speed: float = SPEED_OF_SOUND
) -> Tensor:
    """Mean absorption (B,) as `sabine_absorption`, by Eyring (1930). Always below 1.

    RT60 = 24 ln 10 V / (-c S ln(1 - a)).
    """
    return -torch.expm1(-_absorption_exponent(size, rt60, speed))


def _absorption_exponent(size: Tensor, rt60: Tensor, speed: float) -> Tensor:
    """24 ln 10 V / (c S RT60), shape (B,)."""
    volume = size.prod(-1)
    surface = wall_areas(size).sum(-1)
    return _DECAY * volume / (speed * surface * rt60)


def spread_absorption(mean: Tensor, weight: Tensor, size: Tensor) -> Tensor:
    """Absorptions (B, 6) of walls that differ by weights (B, 6), in rooms (B, 3) of a `mean` (B,).

    The mean is that of ln(1 - a) over the area, so that no wall absorbs more than all (Millington,
    1932).
    """
    areas = wall_areas(size)
    fraction = areas / areas.sum(-1, keepdim=True)
    relative = weight / (weight * fraction).sum(-1, keepdim=True)
    exponent = torch.log1p(-mean)[..., None] * relative  # (B, 6)
    return -torch.expm1(exponent)


def decay_curve(response: Tensor) -> Tensor:
    """Energy (..., T) in dB that is still to come in responses (..., T), 0 dB at their beginning.

    Schroeder (1965), New method of measuring reverberation time, J. Acoust. Soc. Am. 37:409-412.
    """
    backwards = response.double().square().flip(-1)
    left = backwards.cumsum(-1).flip(-1)
    whole = left[..., :1]
    return 10 * (left / whole).log10()


def measured_rt60(response: Tensor, sample_rate: int, span: float = 20.0) -> Tensor:
    """Reverberation times (...) in s of responses (..., T), by a straight line through their decay.

    It goes through `span` dB, from -5 dB, by least squares, as ISO 3382-1:2009 has it: T20 where
    `span` is 20 dB, T30 where it is 30. NaN where the response is silent or has no such decay. A
    response that is cut off ends early: let it be as long as its decay by span + 20 dB.
    """
    curve = decay_curve(response)
    used = (curve <= _ONSET) & (curve >= _ONSET - span)
    weight = used / used.sum(-1, keepdim=True)  # NaN where there is nothing
    level = torch.where(used, curve, 0)
    count = curve.shape[-1]
    samples = torch.arange(count, device=curve.device, dtype=curve.dtype)
    time = samples / sample_rate
    mean_time = (weight * time).sum(-1, keepdim=True)
    time = time - mean_time
    covariance = (weight * time * level).sum(-1)
    variance = (weight * time.square()).sum(-1)
    slope = covariance / variance  # dB/s
    rt60 = torch.where(slope < 0, -60 / slope, torch.nan)
    return rt60.to(response.dtype)
