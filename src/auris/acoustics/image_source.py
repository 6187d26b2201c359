"""Impulse responses of shoebox rooms by the image-source method, many rooms at once.

Allen and Berkley (1979), Image method for efficiently simulating small-room acoustics, J. Acoust. Soc. Am. 65:943-950.
Each image of the source adds g / (4 pi r), delayed by r / c, where g is the product of the reflection coefficients on
its way. Delays are fractional: by a sinc of 81 taps in a Hann window, as in pyroomacoustics, with which tests compare.
(That leaves out the 4 pi, and filters what is below 10 Hz unless told not to; Allen and Berkley did so, too.)

Images go to a grid of `PHASES` cells a sample, shared between the two nearest cells; one convolution with the finely
sampled sinc then brings all of them to the samples. An image costs two additions instead of 81, and the grid an error
of (pi f / (sample rate x `PHASES`))^2 / 2 at most: at f of half the sample rate 0.003, at an eighth 0.0002.

B rooms, M microphones, T samples, N the highest order, P images in a plane. A room fills 0 <= x, y, z <= size.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from auris.core.errors import UserError

SPEED = 343.0  # m/s, of sound at 20 degrees Celsius


LEAD = 40  # samples by which responses are late, so that the sinc of the direct path is whole


TAPS = 2 * LEAD + 2  # of the sinc, wherever between two samples it is


PHASES = 20  # cells a sample


MANY = 2**28  # cells of a grid, 1 GiB


AT_ONCE = {"cpu": 2**20}  # cells that stay in a processor's cache


class Rooms(NamedTuple):
    """Rooms with a source and microphones in each. Walls: x = 0 and x = size, then those of y, floor and ceiling."""

    size: Tensor  # (B, 3) in m
    absorption: Tensor  # (B, 6), shares of the energy
    source: Tensor  # (B, 3) in m
    microphones: Tensor  # (B, M, 3) in m


def check(rooms: Rooms) -> Rooms:
    """The same rooms. Raises `UserError` where something is not inside or in one place, or a wall absorbs too much."""
    points = torch.cat([rooms.source[:, None], rooms.microphones], 1)  # (B, 1 + M, 3)
    outside = ((points <= 0) | (points >= rooms.size[:, None])).any(-1)  # (B, 1 + M)
    if outside.any():
        room, point = outside.nonzero()[0].tolist()
        what = f"Microphone {point}" if point else "The source"
        size = " x ".join(f"{side:g}" for side in rooms.size[room].tolist())
        raise UserError(
            f"{what} is not inside room {room} of {size} m; make the room larger or the array smaller."
        )
    if (points[:, 1:] == points[:, :1]).all(-1).any():
        raise UserError("A microphone is where the source is; move one of them.")
    if not ((rooms.absorption >= 0) & (rooms.absorption <= 1)).all():
        raise UserError("The absorption of a wall should be from 0 to 1.")
    return rooms


@torch.no_grad()
def impulse_responses(
    rooms: Rooms, sample_rate: int, length: int, max_order: int, speed: float = SPEED
) -> Tensor:
    """Responses (B, M, T) from sources to microphones, T = `length`; sample `LEAD` is time 0.

    `max_order` is the largest number of reflections (`complete_order` tells how many a length asks for), `sample_rate`
    in Hz, `speed` of sound in m/s. The result has the type and the device of the rooms, and no gradient.
    """
    cells = rooms.microphones.shape[1] * length * PHASES
    count = max(1, AT_ONCE.get(rooms.size.device.type, MANY) // cells)
    parts = zip(*(facts.split(count) for facts in rooms), strict=True)
    return torch.cat(
        [
            responses_of(Rooms(*part), sample_rate, length, max_order, speed)
            for part in parts
        ]
    )


def responses_of(
    rooms: Rooms, sample_rate: int, length: int, max_order: int, speed: float
) -> Tensor:
    """`impulse_responses` of a few rooms."""
    n = torch.arange(-max_order, max_order + 1, device=rooms.size.device)  # (2N + 1,)
    away = images(rooms, n)[:, None] - rooms.microphones[..., None]  # (B, M, 3, 2N + 1)
    cells = (
        away.square() * (PHASES * sample_rate / speed) ** 2
    )  # squares of distances, in cells of the grid
    train = pulses(cells, gains(rooms.absorption, n), length * PHASES, LEAD * PHASES)
    return interpolated(train) * (PHASES * sample_rate / (4 * torch.pi * speed))


def complete_order(
    size: Tensor, length: int, sample_rate: int, speed: float = SPEED
) -> int:
    """The order that has all images which reach one of the rooms (B, 3) in m within `length` samples.

    An image after n reflections on an axis is at least n - 1 sides of the room away on it. So one at a distance r has
    at most r (1 / Lx^2 + 1 / Ly^2 + 1 / Lz^2)^(1/2) + 3 of them (Cauchy and Schwarz).
    """
    reach = max(0, length - LEAD) / sample_rate * speed
    return 3 + int((reach * size.reciprocal().square().sum(-1).sqrt()).max())


def images(rooms: Rooms, n: Tensor) -> Tensor:
    """Coordinates (B, 3, 2N + 1) of images after |n| reflections on an axis, the last at the upper wall if n > 0."""
    size, source = rooms.size[..., None], rooms.source[..., None]
    return torch.where(n % 2 == 0, n * size + source, (n + 1) * size - source)


def gains(absorption: Tensor, n: Tensor) -> Tensor:
    """Products (B, 3, 2N + 1) of the reflection coefficients of the lower and the upper wall of each axis."""
    reflection = (1 - absorption).sqrt().unflatten(-1, (3, 2))  # (B, 3, 2)
    lower, upper = (n.abs() + (n < 0)) // 2, (n.abs() + (n > 0)) // 2
    return reflection[..., :1] ** lower * reflection[..., 1:] ** upper


def pulses(squares: Tensor, gains: Tensor, length: int, lead: int) -> Tensor:
    """Sum over all images: pulses (B, M, length) of gain / distance, `lead` cells after the distance.

    Distances are those along the axes, squared (B, M, 3, 2N + 1), in cells; gains (B, 3, 2N + 1).
    """
    batch, microphones, _, count = squares.shape
    order, reach = count // 2, length - lead
    near = squares.amin((0, 1)) < reach**2  # (3, 2N + 1)
    j, k, sizes = plane(near[1:])
    plane_squares = squares[:, :, 1, j] + squares[:, :, 2, k]  # (B, M, P)
    plane_gains = gains[:, None, 1, j] * gains[:, None, 2, k]  # (B, 1, P)
    train = squares.new_zeros(batch * microphones * (length + 2))
    first = lead + torch.arange(batch * microphones, device=squares.device).view(
        batch, microphones, 1
    ) * (length + 2)
    for i in near[0].nonzero().flatten().tolist():
        size = sizes[order - abs(i - order)]
        distance = (squares[:, :, 0, i, None] + plane_squares[..., :size]).sqrt_()
        height = gains[:, None, 0, i, None] * plane_gains[..., :size] / distance
        distance.clamp_max_(reach)  # what comes later falls behind the end
        cell = distance.long().add_(first).flatten()
        late = distance.frac_().mul_(height)
        train.scatter_add_(0, cell, height.sub_(late).flatten())
        train[1:].scatter_add_(0, cell, late.flatten())
    return train.view(batch, microphones, -1)[..., :length]


def plane(near: Tensor) -> tuple[Tensor, Tensor, list[int]]:
    """Indices j and k (P,) into -N, ..., N of pairs |j| + |k| <= N, low orders first; how many have at most each order.

    `near` (2, 2N + 1) says which of either are wanted.
    """
    order = near.shape[-1] // 2
    n = torch.arange(-order, order + 1, device=near.device).abs()
    orders = torch.where(near[0][:, None] & near[1], n[:, None] + n, order + 1)
    j, k = (orders <= order).nonzero(as_tuple=True)
    rank = orders[j, k].argsort(stable=True)
    sizes = orders[j, k].bincount(minlength=order + 1).cumsum(0)
    return j[rank], k[rank], sizes.tolist()


def interpolated(train: Tensor) -> Tensor:
    """Pulses (..., T x PHASES) on the fine grid, band-limited by a windowed sinc, at the samples (..., T)."""
    cells = F.pad(train, (TAPS * PHASES, TAPS * PHASES)).unflatten(
        -1, (-1, PHASES)
    )  # (..., T + 2 TAPS, PHASES)
    parts = (
        sinc(train).T @ cells.mT
    ).contiguous()  # (..., TAPS, T + 2 TAPS): of each tap, a sample later than the last
    shape = (*parts.shape[:-1], parts.shape[-1] - 2 * TAPS)  # (..., TAPS, T)
    skewed = parts.as_strided(
        shape, (*parts.stride()[:-2], parts.shape[-1] - 1, 1), TAPS + LEAD
    )
    return skewed.sum(-2)


def sinc(like: Tensor) -> Tensor:
    """Taps (PHASES, TAPS) of a sinc in a Hann window, later by a phase each."""
    taps = torch.arange(-LEAD, LEAD + 2, device=like.device, dtype=like.dtype)
    late = torch.arange(PHASES, device=like.device, dtype=like.dtype)[:, None] / PHASES
    at = taps - late
    window = torch.where(
        at.abs() < LEAD + 1, (torch.pi / 2 * at / (LEAD + 1)).cos().square(), 0
    )
    return torch.sinc(at) * window
