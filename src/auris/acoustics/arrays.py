"""Where the microphones of an array are, and which directions it can tell apart.

Coordinates in m, right-handed: x ahead, y to the left, z up. Azimuth in degrees, counter-clockwise
from +x as seen from above; elevation in degrees, up from the plane of x and y.
"""

from collections.abc import Sequence
from typing import Annotated

import torch
from torch import Tensor

from auris.acoustics.quantities import Coordinate
from auris.core.errors import UserError
from auris.core.ranges import Length

MIN_EXTENT = 0.01  # relative to the largest one; below it there is none
_MIN_DISTANCE = 1e-4  # m, of two microphones


Place = Annotated[Sequence[Coordinate], Length(3, 3)]  # x, y, z in m
Places = Annotated[Sequence[Place], Length(2, 256)]


class Array:
    """Microphones at `microphones` (M, 3) in m, around their mean.

    `dimensions` is 1 for a line (any pair is one), 2 for a plane and 3 for more. A line tells only
    the angle to itself, so that all directions on a cone are one, and in the plane front and back;
    a plane does not tell its two sides.

    Raises `UserError` for fewer than two microphones, for two in one place and for places that are
    not three numbers.
    """

    def __init__(self, microphones: Places):
        places = _check_places(microphones)
        centred = places - places.mean(0)
        _, extent, axes = torch.linalg.svd(
            centred
        )  # axes (3, 3): the longest extent first
        wide = extent > MIN_EXTENT * extent[0]
        self.microphones = centred.float()  # (M, 3)
        self.dimensions = int(wide.sum())
        self.along = axes[: self.dimensions]
        self.side = _side_vector(axes, self.dimensions)

    @property
    def level(self) -> bool:
        """Whether all microphones are at one height."""
        height = self.microphones[:, 2].abs().max()
        size = self.microphones.norm(dim=1).max()
        return bool(height <= MIN_EXTENT * size)

    def fold(self, direction: Tensor) -> Tensor:
        """The unit vectors (..., 3) that stand for all which sound the same to the array.

        For a line they fill half a plane, level if the line is; for a plane the half space on its
        one side, `side`.
        """
        if self.dimensions == 3:
            return direction
        along = self.along.to(direction)
        side = self.side.to(direction)
        inside = direction @ along.mT @ along
        across = (direction - inside).norm(dim=-1, keepdim=True)
        return inside + across * side

    def place(self, centre: Tensor, azimuth: Tensor) -> Tensor:
        """Coordinates (B, M, 3) around centres (B, 3) in m, turned by azimuths (B,) in degrees."""
        microphones = self.microphones.to(centre)
        turned = rotate_azimuth(microphones, azimuth[:, None])
        return centre[:, None] + turned


def _check_places(microphones: Places) -> Tensor:
    """The places (M, 3) of microphones."""
    if len(microphones) < 2 or any(len(place) != 3 for place in microphones):
        raise UserError(
            "array.microphones should be two or more of [x, y, z], in metres."
        )
    places = torch.tensor(microphones, dtype=torch.float64)
    if not places.isfinite().all() or torch.pdist(places).min() < _MIN_DISTANCE:
        raise UserError(
            "array.microphones should be different places, in metres; two of them are the same."
        )
    return places


def _side_vector(axes: Tensor, dimensions: int) -> Tensor:
    """The unit vector (3,) for all sides which an array can't tell apart.

    Its principal axes are (3, 3). The vector is normal to the array, and level for a line; it
    points up, else to the left, else ahead.
    """
    ahead, _, up = torch.eye(3).to(axes)
    normal = torch.linalg.cross(up, axes[0]) if dimensions == 1 else axes[2]
    length = normal.norm()
    if length < MIN_EXTENT:
        return ahead
    upwards = normal.flip(0)
    leading = upwards[upwards.abs() > MIN_EXTENT][0]
    return normal / length * leading.sign()


def rotate_azimuth(place: Tensor, azimuth: Tensor) -> Tensor:
    """Places or directions (..., 3) turned by azimuths (...) in degrees about the vertical."""
    x, y, z = place.unbind(-1)
    radians = azimuth.deg2rad()
    cos = radians.cos()
    sin = radians.sin()
    ahead = cos * x - sin * y
    left = sin * x + cos * y
    return torch.stack([ahead, left, z.expand_as(ahead)], -1)


def unit_vector(azimuth: Tensor, elevation: Tensor) -> Tensor:
    """Unit vectors (..., 3) of angles (...) in degrees."""
    turn = azimuth.deg2rad()
    rise = elevation.deg2rad()
    level = rise.cos()
    ahead = level * turn.cos()
    left = level * turn.sin()
    return torch.stack([ahead, left, rise.sin()], -1)


def azimuth_elevation(direction: Tensor) -> tuple[Tensor, Tensor]:
    """Azimuths from -180 to 180 and elevations (...) in degrees of vectors (..., 3) of any length
    but 0."""
    x, y, z = direction.unbind(-1)
    azimuth = torch.atan2(y, x)
    elevation = torch.atan2(z, torch.hypot(x, y))
    return azimuth.rad2deg(), elevation.rad2deg()
