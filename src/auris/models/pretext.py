"""Changes of a sound's features (B, C', F, T') that a network can learn to tell apart: each
keeps the shape.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

_SHIFT = 1 / 8  # of the bands
_SPEED = 4 / 3
_TILT = 1.0  # of the lowest and the highest band, in deviations of the standardised features


def pitch_shift(x: Tensor, share: float) -> Tensor:
    """Higher by a share of the bands."""
    return _interpolate_along(
        x, torch.arange(x.shape[2], device=x.device) - share * x.shape[2], 2
    )


def time_stretch(x: Tensor, speed: float) -> Tensor:
    """Faster."""
    return _interpolate_along(x, torch.arange(x.shape[3], device=x.device) * speed, 3)


def spectral_tilt(x: Tensor, height: float) -> Tensor:
    """Brighter: low bands weaker and high bands stronger."""
    bands = x.shape[2]
    slope = torch.linspace(-height, height, bands, device=x.device, dtype=x.dtype)
    return x + slope[:, None]


def _interpolate_along(x: Tensor, place: Tensor, dim: int) -> Tensor:
    """What is at these places (n,) along an axis, between two by straight lines; past the ends
    it is mirrored.
    """
    last = x.shape[dim] - 1
    place = last - (place % max(2 * last, 1) - last).abs()
    low = place.floor().long().clamp(0, last)
    high = (low + 1).clamp_max(last)
    shape = [1] * x.ndim
    shape[dim] = -1
    fraction = (place - low).to(x).view(shape)
    return torch.lerp(x.index_select(dim, low), x.index_select(dim, high), fraction)


TRANSFORMS: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda x: x,
    lambda x: x.flip(-1),
    partial(pitch_shift, share=_SHIFT),
    partial(pitch_shift, share=-_SHIFT),
    partial(time_stretch, speed=_SPEED),
    partial(time_stretch, speed=1 / _SPEED),
    partial(spectral_tilt, height=_TILT),
    partial(spectral_tilt, height=-_TILT),
)
