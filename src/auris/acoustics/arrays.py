"""Where the microphones of an array are, and which directions it can tell apart.

Coordinates in m, right-handed: x ahead, y to the left, z up. Azimuth in degrees, counter-clockwise from +x as seen from
above; elevation in degrees, up from the plane of x and y.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from auris.core.errors import UserError

FLAT = 0.01  # an extent, relative to the largest one, below which there is none


APART = 1e-4  # m, the least distance of two microphones


class Array:
    """Microphones at `microphones` (M, 3) in m, around their mean.

    `dimensions` is 1 for a line (any pair is one), 2 for a plane and 3 for more. A line tells only the angle to itself,
    so that all directions on a cone are one, and in the plane front and back; a plane does not tell its two sides.

    Raises `UserError` for fewer than two microphones, for two in one place and for places that are not three
    numbers.
    """

    def __init__(self, microphones: Sequence[Sequence[float]]):
        if len(microphones) < 2 or any(len(place) != 3 for place in microphones):
            raise UserError(
                "array.microphones should be two or more of [x, y, z], in metres."
            )
        places = torch.tensor(microphones, dtype=torch.float64)
        if not places.isfinite().all() or torch.pdist(places).min() < APART:
            raise UserError(
                "array.microphones should be different places, in metres; two of them are the same."
            )
        centred = places - places.mean(0)
        _, extent, axes = torch.linalg.svd(
            centred
        )  # axes (3, 3): the longest extent first
        self.microphones = centred.float()  # (M, 3)
        self.dimensions = int((extent > FLAT * extent[0]).sum())
        self.along, self.side = axes[: self.dimensions], side(axes, self.dimensions)

    @property
    def level(self) -> bool:
        """Whether all microphones are at one height."""
        return bool(
            self.microphones[:, 2].abs().max()
            <= FLAT * self.microphones.norm(dim=1).max()
        )

    def fold(self, direction: Tensor) -> Tensor:
        """The directions (..., 3) that stand for all which sound the same to the array, unit vectors.

        For a line they fill half a plane, level if the line is; for a plane the half space on its one side, `side`.
        """
        if self.dimensions == 3:
            return direction
        along, side = self.along.to(direction), self.side.to(direction)
        inside = direction @ along.mT @ along
        return inside + (direction - inside).norm(dim=-1, keepdim=True) * side

    def place(self, centre: Tensor, azimuth: Tensor) -> Tensor:
        """Coordinates (B, M, 3) of the array around centres (B, 3) in m, turned by azimuths (B,) in degrees."""
        return centre[:, None] + turned(self.microphones.to(centre), azimuth[:, None])


def side(axes: Tensor, dimensions: int) -> Tensor:
    """The unit vector (3,) that stands for all sides which an array of these principal axes (3, 3) can't tell apart.

    It is normal to the array, and level for a line; it points up, else to the left, else ahead.
    """
    ahead, up = torch.eye(3).to(axes)[[0, 2]]
    normal = torch.linalg.cross(up, axes[0]) if dimensions == 1 else axes[2]
    if normal.norm() < FLAT:
        return ahead
    leading = next(normal[i] for i in (2, 1, 0) if normal[i].abs() > FLAT)
    return normal / normal.norm() * leading.sign()


def turned(place: Tensor, azimuth: Tensor) -> Tensor:
    """Places or directions (..., 3) turned by azimuths (...) in degrees about the vertical."""
    x, y, z = place.unbind(-1)
    cos, sin = azimuth.deg2rad().cos(), azimuth.deg2rad().sin()
    ahead = cos * x - sin * y
    return torch.stack([ahead, sin * x + cos * y, z.expand_as(ahead)], -1)


def direction(azimuth: Tensor, elevation: Tensor) -> Tensor:
    """Unit vectors (..., 3) of angles (...) in degrees."""
    azimuth, elevation = azimuth.deg2rad(), elevation.deg2rad()
    level = elevation.cos()
    return torch.stack(
        [level * azimuth.cos(), level * azimuth.sin(), elevation.sin()], -1
    )


def angles(direction: Tensor) -> tuple[Tensor, Tensor]:
    """Azimuths from -180 to 180 and elevations (...) in degrees of vectors (..., 3) of any length but 0."""
    x, y, z = direction.unbind(-1)
    return torch.atan2(y, x).rad2deg(), torch.atan2(z, torch.hypot(x, y)).rad2deg()
