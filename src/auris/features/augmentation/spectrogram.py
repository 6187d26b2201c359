"""More data from the same data: batched, on the training device, active in training only.

Every clip of a batch takes its own draw. Waves are (B, C, T), features (B, C', F, T'); each part keeps the shape.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.core.errors import UserError, suggest_choice
from auris.features.augmentation.draws import uniform

_AXES = {"time": -1, "frequency": -2}


class BandGain(nn.Module):
    """What `Filter` does, on logarithmic features (B, C', F, T'): add a smooth random curve over the bands.

    Args:
        deviation: of the curve at its knots, in deviations of the standardised features.
        knots: heights that are drawn; straight lines join them.
    """

    def __init__(self, deviation: float = 0.3, knots: int = 5):
        super().__init__()
        self.deviation, self.knots = deviation, knots

    def forward(self, x: Tensor) -> Tensor:
        heights = self.deviation * torch.randn(
            len(x), 1, self.knots, device=x.device, dtype=x.dtype
        )
        return (
            x
            + F.interpolate(heights, x.shape[2], mode="linear", align_corners=True)[
                ..., None
            ]
        )


class Warp(nn.Module):
    """Play features (B, C', F, T') faster or slower and higher or lower.

    Args:
        octaves: of speed, the most; what lies past the ends is mirrored.
        shift: of the bands, the most, as a share of them.
    """

    def __init__(self, octaves: float = 0.3, shift: float = 0.05):
        super().__init__()
        self.octaves, self.shift = octaves, shift

    def forward(self, x: Tensor) -> Tensor:
        theta = torch.zeros(len(x), 2, 3, device=x.device, dtype=x.dtype)
        theta[:, 0, 0] = 2 ** uniform(-self.octaves, self.octaves, x)
        theta[:, 1, 1] = 1
        theta[:, 1, 2] = 2 * uniform(-self.shift, self.shift, x)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


class Mask(nn.Module):
    """Set random stretches of time or bands of frequency to the mean (Park et al., 2019, SpecAugment).

    Args:
        axis: "time", or "frequency" for features (B, C', F, T') that have bands.
        count: stretches a clip.
        share: of the axis that the longest stretch covers.
    """

    def __init__(self, axis: str, count: int = 2, share: float = 0.2):
        super().__init__()
        if axis not in _AXES:
            raise UserError(
                f"There is no axis {axis} of a mask; {suggest_choice(axis, _AXES)}"
            )
        self.axis, self.count, self.share = _AXES[axis], count, share

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[self.axis]
        width = torch.rand(len(x), self.count, 1, device=x.device) * self.share * size
        start = torch.rand(len(x), self.count, 1, device=x.device) * (size - width)
        place = torch.arange(size, device=x.device)
        hidden = ((place >= start) & (place < start + width)).any(1)  # (B, size)
        shape = [len(x)] + [1] * (x.ndim - 1)
        shape[self.axis] = size
        return x.masked_fill(hidden.view(shape), 0.0)
