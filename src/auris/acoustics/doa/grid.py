"""Directions to search, unit vectors (D, 3) that point to the source, and the best of them."""

import math

import torch
from torch import Tensor
from torch.nn import functional as F

from auris.acoustics.arrays import MIN_EXTENT, Array

_SQUARE_DEGREES = 360**2 / math.pi  # on a sphere
_GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))


def direction_grid(array: Array, step: float, elevated: bool = False) -> Tensor:
    """Directions about `step` degrees apart, as `Array.fold` leaves them.

    They are all that the array can tell apart: for a line half a circle; for a plane half a sphere,
    or, if it lies level and they need not be `elevated`, all azimuths; for more a sphere.
    """
    circle_count = round(360 / step)
    sphere_count = round(_SQUARE_DEGREES / step**2)
    if array.dimensions == 1:
        return _half_circle(array, circle_count // 2 + 1)
    if array.dimensions == 3:
        return sphere_grid(sphere_count)
    level = array.side[:2].norm() < MIN_EXTENT
    if level and not elevated:
        return circle_grid(circle_count)
    return _half_sphere(array, sphere_count // 2)


def circle_grid(count: int) -> Tensor:
    """Level directions: the first at azimuth 0, then counter-clockwise."""
    place = torch.arange(count, dtype=torch.float64)
    turn = place * (2 * torch.pi / count)
    height = torch.zeros_like(turn)
    directions = torch.stack([turn.cos(), turn.sin(), height], -1)
    return directions.float()


def _half_circle(array: Array, count: int) -> Tensor:
    """From one end of a line, by its `side`, to the other."""
    turn = torch.linspace(0, torch.pi, count, dtype=torch.float64)
    turn = turn[:, None]
    along = turn.cos() * array.along[0]
    across = turn.sin() * array.side
    return (along + across).float()


def sphere_grid(count: int) -> Tensor:
    """All directions, evenly, from up to down, on a Fibonacci lattice.

    González (2010), Measurement of areas on a sphere using Fibonacci and latitude-longitude
    lattices, Mathematical Geosciences 42:49-64.
    """
    place = torch.arange(count, dtype=torch.float64)
    turn = _GOLDEN_ANGLE * place
    height = 1 - (2 * place + 1) / count
    level = (1 - height.square()).sqrt()
    ahead = level * turn.cos()
    left = level * turn.sin()
    directions = torch.stack([ahead, left, height], -1)
    return directions.float()


def _half_sphere(array: Array, count: int) -> Tensor:
    """All directions on the `side` of a plane."""
    axes = torch.cat([array.along, array.side[None]])  # (3, 3)
    upper = sphere_grid(2 * count)[:count]
    return upper @ axes.float()


def peak_direction(power: Tensor, directions: Tensor, closed: bool = False) -> Tensor:
    """The direction (B, 3) of the most power (B, D).

    Where the directions (D, 3) are a whole circle, `closed` looks between them, at the top of the
    parabola through the best and its neighbours.
    """
    count = len(directions)
    directions = directions.to(power)
    best = power.argmax(-1)  # (B,)
    if not closed:
        return directions[best]
    before = (best - 1) % count
    after = (best + 1) % count
    low, top, high = (
        power.gather(-1, place[:, None]) for place in (before, best, after)
    )
    step = directions[after] - directions[before]
    between = directions[best] + parabola_vertex(low, top, high) * step / 2
    return F.normalize(between, dim=-1)


def parabola_vertex(low: Tensor, top: Tensor, high: Tensor) -> Tensor:
    """Where, from -1/2 to 1/2, the parabola through values at -1, 0 and 1 has its top.

    The value at 0 is the largest.
    """
    bend = 2 * top - low - high
    tilt = high - low
    vertex = tilt / (2 * bend)
    return torch.where(bend > 0, vertex, 0)
