"""The same rooms by pyroomacoustics: slow, but by others, and with rays for what bounces often."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auris.acoustics.image_source import Rooms
from auris.core.errors import UserError

_WALLS = (
    "west",
    "east",
    "south",
    "north",
    "floor",
    "ceiling",
)  # in the order of `Rooms`


_MAX_ORDER = 10  # reflections that are followed one by one; rays do the rest


def simulate_pyroom(rooms: Rooms, sample_rate: int, length: int) -> Tensor:
    """Responses (B, M, length) by images and ray tracing (Scheibler et al., 2018).

    Raises `UserError` without the package.
    """
    arrays = [facts.cpu().double().numpy() for facts in rooms]
    responses = [
        _simulate_room(sample_rate, length, *room) for room in zip(*arrays, strict=True)
    ]
    return torch.from_numpy(np.stack(responses)).to(rooms.size)


def _simulate_room(
    sample_rate: int,
    length: int,
    size: NDArray,
    absorption: NDArray,
    source: NDArray,
    microphones: NDArray,
) -> NDArray:
    """Responses (M, length) of one room."""
    try:
        import pyroomacoustics as pra
    except ImportError as error:
        raise UserError(
            "data.simulator=pyroomacoustics needs that package; install it, or choose shoebox."
        ) from error
    walls = {}
    for name, fraction in zip(_WALLS, absorption, strict=True):
        walls[name] = pra.Material(float(fraction))
    room = pra.ShoeBox(
        size, sample_rate, materials=walls, max_order=_MAX_ORDER, ray_tracing=True
    )
    room.add_source(source)
    room.add_microphone_array(microphones.T)
    room.compute_rir()
    silence = np.zeros(length)
    padded = [np.r_[rir[0], silence] for rir in room.rir]
    return np.stack([response[:length] for response in padded])
