"""The same rooms by pyroomacoustics: slow, but by others, and with rays for what bounces often."""

import numpy as np
import torch
from torch import Tensor

from auris.acoustics.image_source import Rooms
from auris.core.errors import UserError

WALLS = (
    "west",
    "east",
    "south",
    "north",
    "floor",
    "ceiling",
)  # in the order of `Rooms`


IMAGES = 10  # reflections that are followed one by one; rays do the rest


def pyroomacoustics(rooms: Rooms, sample_rate: int, length: int) -> Tensor:
    """Responses (B, M, length) by images and ray tracing (Scheibler et al., 2018). Raises `UserError` without it."""
    try:
        import pyroomacoustics as pra
    except ImportError as error:
        raise UserError(
            "data.simulator=pyroomacoustics needs that package; install it, or choose shoebox."
        ) from error
    responses = []
    for size, absorption, source, microphones in zip(
        *(facts.cpu().double().numpy() for facts in rooms), strict=True
    ):
        walls = {
            name: pra.Material(float(share))
            for name, share in zip(WALLS, absorption, strict=True)
        }
        room = pra.ShoeBox(
            size, sample_rate, materials=walls, max_order=IMAGES, ray_tracing=True
        )
        room.add_source(source)
        room.add_microphone_array(microphones.T)
        room.compute_rir()
        responses.append(
            np.stack(
                [np.resize(np.r_[rir[0], np.zeros(length)], length) for rir in room.rir]
            )
        )
    return torch.from_numpy(np.stack(responses)).to(rooms.size)
