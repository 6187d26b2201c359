"""Impulse responses of shoebox rooms by the image-source method, many rooms at once.

Allen and Berkley (1979), Image method for efficiently simulating small-room acoustics, J. Acoust.
Soc. Am. 65:943-950. Each image of the source adds g / (4 pi r), delayed by r / c, where g is the
product of the reflection coefficients on its way. Delays are fractional: by a sinc of 81 taps in a
Hann window, as in pyroomacoustics, with which tests compare. (That leaves out the 4 pi, and filters
what is below 10 Hz unless told not to; Allen and Berkley did so, too.)

Images go to a grid of `CELLS_PER_SAMPLE` cells a sample, shared between the two nearest cells; one
convolution with the finely sampled sinc then brings all of them to the samples. An image costs two
additions instead of 81, and the grid an error of (pi f / (sample rate x `CELLS_PER_SAMPLE`))^2 / 2
at most: at f of half the sample rate 0.003, at an eighth 0.0002.

B rooms, M microphones, T samples, N the highest order, P images in a plane. A room fills
0 <= x, y, z <= size.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from auris.acoustics.constants import SPEED_OF_SOUND
from auris.core.errors import UserError

# by which responses are late, so that the sinc of the direct path is whole
LEAD_SAMPLES = 40
CELLS_PER_SAMPLE = 20
CACHED_CELLS = {"cpu": 2**20}  # that stay in a processor's cache
_MAX_CELLS = 2**28  # of a grid, 1 GiB
_TAPS = 2 * LEAD_SAMPLES + 2  # of the sinc, wherever between two samples it is


class Rooms(NamedTuple):
    """Rooms with a source and microphones in each.

    Walls: x = 0 and x = size, then those of y, floor and ceiling.
    """

    size: Tensor  # (B, 3) in m
    absorption: Tensor  # (B, 6), fractions of the energy
    source: Tensor  # (B, 3) in m
    microphones: Tensor  # (B, M, 3) in m


def check_rooms(rooms: Rooms) -> Rooms:
    """The same rooms.

    Raises `UserError` where something is not inside or in one place, or a wall absorbs too much.
    """
    _check_inside(rooms)
    source = rooms.source[:, None]
    same = (rooms.microphones == source).all(-1)  # (B, M)
    if same.any():
        raise UserError("A microphone is where the source is; move one of them.")
    possible = (rooms.absorption >= 0) & (rooms.absorption <= 1)
    if not possible.all():
        raise UserError("The absorption of a wall should be from 0 to 1.")
    return rooms


def _check_inside(rooms: Rooms) -> None:
    points = torch.cat([rooms.source[:, None], rooms.microphones], 1)  # (B, 1 + M, 3)
    outside = (points <= 0) | (points >= rooms.size[:, None])
    bad = outside.any(-1).nonzero()  # (count, 2)
    if not len(bad):
        return
    room, point = bad[0].tolist()
    what = f"Microphone {point}" if point else "The source"
    sides = rooms.size[room].tolist()
    size = " x ".join(f"{side:g}" for side in sides)
    raise UserError(
        f"{what} is not inside room {room} of {size} m; "
        "make the room larger or the array smaller."
    )


@torch.no_grad()
def impulse_responses(
    rooms: Rooms,
    sample_rate: int,
    length: int,
    max_order: int,
    speed: float = SPEED_OF_SOUND,
) -> Tensor:
    """Responses (B, M, T) from sources to microphones, T = `length`.

    Sample `LEAD_SAMPLES` is time 0. `max_order` is the largest number of reflections
    (`complete_order` tells how many a length asks for), `sample_rate` in Hz, `speed` of sound in
    m/s. The result has the type and the device of the rooms, and no gradient.
    """
    microphones = rooms.microphones.shape[1]
    cells = microphones * length * CELLS_PER_SAMPLE  # of a room
    at_once = CACHED_CELLS.get(rooms.size.device.type, _MAX_CELLS)
    count = max(1, at_once // cells)
    parts = [facts.split(count) for facts in rooms]
    responses = [
        _responses(Rooms(*part), sample_rate, length, max_order, speed)
        for part in zip(*parts, strict=True)
    ]
    return torch.cat(responses)


def _responses(
    rooms: Rooms, sample_rate: int, length: int, max_order: int, speed: float
) -> Tensor:
    """`impulse_responses` of a few rooms."""
    n = torch.arange(-max_order, max_order + 1, device=rooms.size.device)  # (2N + 1,)
    images = _image_coordinates(rooms, n)  # (B, 3, 2N + 1)
    gains = _reflection_gains(rooms.absorption, n)  # (B, 3, 2N + 1)
    away = images[:, None] - rooms.microphones[..., None]  # (B, M, 3, 2N + 1)
    cell_rate = CELLS_PER_SAMPLE * sample_rate
    squares = away.square() * (cell_rate / speed) ** 2  # in cells of the grid
    cells = length * CELLS_PER_SAMPLE
    train = _sum_images(squares, gains, cells, LEAD_SAMPLES * CELLS_PER_SAMPLE)
    return _interpolate(train) * (cell_rate / (4 * torch.pi * speed))


def complete_order(
    size: Tensor, length: int, sample_rate: int, speed: float = SPEED_OF_SOUND
) -> int:
    """The order that has all images which reach a room (B, 3) in m within `length` samples.

    An image after n reflections on an axis is at least n - 1 sides of the room away on it. So one
    at a distance r has at most r (1 / Lx^2 + 1 / Ly^2 + 1 / Lz^2)^(1/2) + 3 of them (Cauchy and
    Schwarz).
    """
    samples = max(0, length - LEAD_SAMPLES)
    reach = samples / sample_rate * speed
    per_metre = size.reciprocal().square().sum(-1).sqrt()  # (B,)
    return 3 + int((reach * per_metre).max())


def _image_coordinates(rooms: Rooms, n: Tensor) -> Tensor:
    """Coordinates (B, 3, 2N + 1) of images after |n| reflections on an axis.

    The last reflection is at the upper wall if n > 0.
    """
    size = rooms.size[..., None]
    source = rooms.source[..., None]
    even = n * size + source
    odd = (n + 1) * size - source
    return torch.where(n % 2 == 0, even, odd)


def _reflection_gains(absorption: Tensor, n: Tensor) -> Tensor:
    """Products (B, 3, 2N + 1) of the reflection coefficients of the two walls of each axis."""
    reflection = (1 - absorption).sqrt()
    reflection = reflection.unflatten(-1, (3, 2))  # (B, 3, 2)
    count = n.abs()
    lower = (count + (n < 0)) // 2  # how often at that wall
    upper = (count + (n > 0)) // 2
    lower_gain = reflection[..., :1] ** lower
    upper_gain = reflection[..., 1:] ** upper
    return lower_gain * upper_gain


def _sum_images(squares: Tensor, gains: Tensor, length: int, lead: int) -> Tensor:
    """Sum over all images: pulses (B, M, length) of gain / distance.

    They come `lead` cells after the distance. Distances are those along the axes, squared (B, M, 3,
    2N + 1), in cells; gains (B, 3, 2N + 1).
    """
    batch, microphones, _, count = squares.shape
    order = count // 2
    reach = length - lead
    near = squares.amin((0, 1)) < reach**2  # (3, 2N + 1)
    j, k, sizes = _plane_orders(near[1:])
    plane_squares = squares[:, :, 1, j] + squares[:, :, 2, k]  # (B, M, P)
    plane_gains = gains[:, None, 1, j] * gains[:, None, 2, k]  # (B, 1, P)
    row = length + 2
    rows = torch.arange(batch * microphones, device=squares.device)
    first = lead + rows.view(batch, microphones, 1) * row
    train = squares.new_zeros(batch * microphones * row)
    for i in near[0].nonzero().flatten().tolist():
        size = sizes[order - abs(i - order)]
        square = squares[:, :, 0, i, None] + plane_squares[..., :size]
        distance = square.sqrt_()
        gain = gains[:, None, 0, i, None] * plane_gains[..., :size]
        height = gain / distance
        distance.clamp_max_(reach)  # what comes later falls behind the end
        cell = distance.long().add_(first).flatten()
        late = distance.frac_().mul_(height)
        early = height.sub_(late)
        train.scatter_add_(0, cell, early.flatten())
        train[1:].scatter_add_(0, cell, late.flatten())
    return train.view(batch, microphones, -1)[..., :length]


def _plane_orders(near: Tensor) -> tuple[Tensor, Tensor, list[int]]:
    """Indices j and k (P,) into -N, ..., N of pairs |j| + |k| <= N, low orders first.

    And how many have at most each order. `near` (2, 2N + 1) says which of either are wanted.
    """
    order = near.shape[-1] // 2
    n = torch.arange(-order, order + 1, device=near.device).abs()
    wanted = near[0][:, None] & near[1]
    both = n[:, None] + n
    orders = torch.where(wanted, both, order + 1)
    j, k = (orders <= order).nonzero(as_tuple=True)
    found = orders[j, k]
    rank = found.argsort(stable=True)
    counts = found.bincount(minlength=order + 1)
    sizes = counts.cumsum(0).tolist()
    return j[rank], k[rank], sizes


def _interpolate(train: Tensor) -> Tensor:
    """Pulses (..., cells) on the fine grid, band-limited by a windowed sinc, at the samples (...,
    T)."""
    margin = _TAPS * CELLS_PER_SAMPLE
    padded = F.pad(train, (margin, margin))
    # (..., T + 2 TAPS, cells a sample)
    cells = padded.unflatten(-1, (-1, CELLS_PER_SAMPLE))
    taps = _windowed_sinc(train).T  # (TAPS, cells a sample)
    parts = (taps @ cells.mT).contiguous()  # (..., TAPS, T + 2 TAPS)
    return _sum_diagonals(parts)


def _sum_diagonals(parts: Tensor) -> Tensor:
    """The sum (..., T) over rows (..., TAPS, T + 2 TAPS), each of which is a sample later than the
    last."""
    *outer, taps, length = parts.shape
    shape = (*outer, taps, length - 2 * _TAPS)  # (..., TAPS, T)
    strides = (*parts.stride()[:-2], length - 1, 1)
    skewed = parts.as_strided(shape, strides, _TAPS + LEAD_SAMPLES)
    return skewed.sum(-2)


def _windowed_sinc(like: Tensor) -> Tensor:
    """Taps (cells a sample, TAPS) of a sinc in a Hann window, later by a cell each."""
    device = like.device
    taps = torch.arange(
        -LEAD_SAMPLES, LEAD_SAMPLES + 2, device=device, dtype=like.dtype
    )
    cells = torch.arange(CELLS_PER_SAMPLE, device=device, dtype=like.dtype)
    late = cells[:, None] / CELLS_PER_SAMPLE
    time = taps - late  # in samples
    half = LEAD_SAMPLES + 1
    angle = torch.pi / 2 * time / half
    hann = angle.cos().square()
    window = torch.where(time.abs() < half, hann, 0)
    return torch.sinc(time) * window
