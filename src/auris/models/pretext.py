"""Changes of a sound's features (B, C', F, T') that a network can learn to tell apart: each keeps the shape."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

SHIFT = 1 / 8  # of the bands


SPEED = 4 / 3


TILT = 1.0  # of the lowest and the highest band, in deviations of the standardised features


def pitch_shift(x: Tensor, share: float) -> Tensor:
    """Higher by a share of the bands."""
    return sample(x, torch.arange(x.shape[2], device=x.device) - share * x.shape[2], 2)


def time_stretch(x: Tensor, speed: float) -> Tensor:
    """Faster."""
    return sample(x, torch.arange(x.shape[3], device=x.device) * speed, 3)


def spectral_tilt(x: Tensor, height: float) -> Tensor:
    """Brighter: low bands weaker and high bands stronger."""
    slope = torch.linspace(-height, height, x.shape[2], device=x.device, dtype=x.dtype)
    return x + slope[:, None]


def sample(x: Tensor, place: Tensor, dim: int) -> Tensor:
    """What is at these places (n,) along an axis, between two by straight lines; past the ends it is mirrored."""
    last = x.shape[dim] - 1
    place = last - (place % max(2 * last, 1) - last).abs()
    low = place.floor().long().clamp(0, last)
    share = (
        (place - low).to(x).view([-1 if axis == dim else 1 for axis in range(x.ndim)])
    )
    return torch.lerp(
        x.index_select(dim, low), x.index_select(dim, (low + 1).clamp_max(last)), share
    )


TRANSFORMS: tuple[Callable[[Tensor], Tensor], ...] = (
    lambda x: x,
    lambda x: x.flip(-1),
    partial(pitch_shift, share=SHIFT),
    partial(pitch_shift, share=-SHIFT),
    partial(time_stretch, speed=SPEED),
    partial(time_stretch, speed=1 / SPEED),
    partial(spectral_tilt, height=TILT),
    partial(spectral_tilt, height=-TILT),
)
