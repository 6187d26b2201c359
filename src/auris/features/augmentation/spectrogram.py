"""Augmentation of features (B, C', F, T')."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from auris.core.ranges import Range, Share
from auris.features.augmentation.draws import Knots, random_curve, uniform

_AXES = {"time": -1, "frequency": -2}


class BandGain(nn.Module):
    """What `Filter` does, on logarithmic features: a smooth random curve over the bands.

    Args:
        std: of the curve at its knots, in standard deviations of the standardised features.
        knots: heights that are drawn; straight lines join them.
    """

    def __init__(self, std: Annotated[float, Range(0, 100)] = 0.3, knots: Knots = 5):
        super().__init__()
        self.std = std
        self.knots = knots

    def forward(self, x: Tensor) -> Tensor:
        bands = x.shape[2]
        curve = random_curve(self.std, self.knots, bands, x)  # (B, 1, F)
        return x + curve[..., None]


class Warp(nn.Module):
    """Play features (B, C', F, T') faster or slower and higher or lower.

    Args:
        octaves: of speed, the most; what lies past the ends is mirrored.
        shift: of the bands, the most, as a fraction of them.
    """

    def __init__(
        self, octaves: Annotated[float, Range(0, 4)] = 0.3, shift: Share = 0.05
    ):
        super().__init__()
        self.octaves = octaves
        self.shift = shift

    def forward(self, x: Tensor) -> Tensor:
        octaves = uniform(-self.octaves, self.octaves, x)
        shift = uniform(-self.shift, self.shift, x)
        theta = torch.zeros(len(x), 2, 3, device=x.device, dtype=x.dtype)
        theta[:, 0, 0] = 2**octaves
        theta[:, 1, 1] = 1
        theta[:, 1, 2] = 2 * shift
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


class Mask(nn.Module):
    """Set random stretches of time or frequency to the mean (Park et al., 2019, SpecAugment).

    Args:
        axis: "time", or "frequency" for features (B, C', F, T') that have bands.
        count: stretches a clip.
        fraction: of the axis that the longest stretch covers.
    """

    def __init__(
        self,
        axis: Literal["time", "frequency"],
        count: Annotated[int, Range(1, 100)] = 2,
        fraction: Share = 0.2,
    ):
        super().__init__()
        self.axis = _AXES[axis]
        self.count = count
        self.fraction = fraction

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[self.axis]
        width = self._draw(x) * self.fraction * size
        start = self._draw(x) * (size - width)
        stop = start + width
        place = torch.arange(size, device=x.device)
        inside = (place >= start) & (place < stop)  # (B, count, size)
        hidden = inside.any(1)
        shape = [len(x)] + [1] * (x.ndim - 1)
        shape[self.axis] = size
        return x.masked_fill(hidden.view(shape), 0.0)

    def _draw(self, x: Tensor) -> Tensor:
        return torch.rand(len(x), self.count, 1, device=x.device)
