"""Directions to search, unit vectors (D, 3), and the best of them."""

import math

import torch
from torch import Tensor

from auris.acoustics.arrays import FLAT, Array

SQUARE_DEGREES = 360**2 / math.pi  # on a sphere


GOLDEN = math.pi * (3 - math.sqrt(5))  # the golden angle


def grid(array: Array, step: float, elevated: bool = False) -> Tensor:
    """Directions about `step` degrees apart, of all those that the array can tell apart, as `Array.fold` leaves them.

    For a line half a circle; for a plane half a sphere, or, if it lies level and they need not be `elevated`, all
    azimuths; for more a sphere.
    """
    around, sphere_count = round(360 / step), round(SQUARE_DEGREES / step**2)
    if array.dimensions == 1:
        return half_circle(array, around // 2 + 1)
    if array.dimensions == 3:
        return sphere(sphere_count)
    level = array.side[:2].norm() < FLAT
    return (
        circle(around)
        if level and not elevated
        else half_sphere(array, sphere_count // 2)
    )


def circle(count: int) -> Tensor:
    """Level directions: the first at azimuth 0, then counter-clockwise."""
    turn = torch.arange(count, dtype=torch.float64) * (2 * torch.pi / count)
    return torch.stack([turn.cos(), turn.sin(), torch.zeros_like(turn)], -1).float()


def half_circle(array: Array, count: int) -> Tensor:
    """From one end of a line, by its `side`, to the other."""
    turn = torch.linspace(0, torch.pi, count, dtype=torch.float64)[:, None]
    return (turn.cos() * array.along[0] + turn.sin() * array.side).float()


def sphere(count: int) -> Tensor:
    """All directions, evenly, from up to down, on a Fibonacci lattice.

    González (2010), Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices, Mathematical
    Geosciences 42:49-64.
    """
    place = torch.arange(count, dtype=torch.float64)
    height = 1 - (2 * place + 1) / count
    level, turn = (1 - height.square()).sqrt(), GOLDEN * place
    return torch.stack([level * turn.cos(), level * turn.sin(), height], -1).float()


def half_sphere(array: Array, count: int) -> Tensor:
    """All directions on the `side` of a plane."""
    axes = torch.cat([array.along, array.side[None]])  # (3, 3)
    return sphere(2 * count)[:count] @ axes.float()


def estimate(power: Tensor, directions: Tensor, closed: bool = False) -> Tensor:
    """The direction (B, 3) of the most power (B, D).

    Where the directions (D, 3) are a whole circle, `closed` looks between them, at the top of the parabola through
    the best and its neighbours.
    """
    best, directions = power.argmax(-1), directions.to(power)
    if not closed:
        return directions[best]
    before, after = (best - 1) % len(directions), (best + 1) % len(directions)
    low, top, high = (
        power.gather(-1, at[:, None]) for at in (before, best, after)
    )  # (B, 1)
    between = (
        directions[best]
        + vertex(low, top, high) * (directions[after] - directions[before]) / 2
    )
    return torch.nn.functional.normalize(between, dim=-1)


def vertex(low: Tensor, top: Tensor, high: Tensor) -> Tensor:
    """Where, from -1/2 to 1/2, the parabola through values at -1, 0 and 1 has its top, of which 0 is the largest."""
    bend = 2 * top - low - high
    return torch.where(bend > 0, (high - low) / (2 * bend), 0)
