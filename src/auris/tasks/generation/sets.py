"""Decoded outputs: each held-out clip beside a clip of its class from each of several sets.

N held-out clips, each with its error, the distance of it and of those beside it to the nearest
training clip, and an embedding of each.
"""

from typing import NamedTuple

import torch
from torch import Tensor

# "drawn" are the model's; "replay" are training clips as they are, "gaussian" those of the plain
# model; "vocoder" are the held-out clips, their sound made again: what that alone costs
SETS = ("drawn", "replay", "gaussian", "vocoder")
HELD_OUT = "held_out"
EMBEDDED = 32  # numbers of an embedding
# the distance of training clips to the nearest other one
TRAINING = "training"
_DISTANCES = (HELD_OUT, TRAINING, *SETS)
_EMBEDDINGS = (HELD_OUT, *SETS)


class Compared(NamedTuple):
    """What is known of N held-out clips and of those beside them."""

    error: Tensor  # (N,) how badly each held-out clip fits
    distance: dict[str, Tensor]  # (N,) of each set, in standard deviations of a feature
    embedded: dict[str, Tensor]  # (N, EMBEDDED) of each set

    def pack(self) -> Tensor:
        """All in one, (N, numbers)."""
        distances = [self.distance[name] for name in _DISTANCES]
        embeddings = [self.embedded[name] for name in _EMBEDDINGS]
        columns = torch.stack([self.error, *distances], dim=1)
        return torch.cat([columns, *embeddings], dim=1)


def is_packed(decoded: Tensor) -> bool:
    """Whether decoded outputs (N, numbers) hold more than the error."""
    return decoded.shape[1] > 1


def unpack(decoded: Tensor) -> Compared:
    """What was packed in (N, numbers)."""
    count = 1 + len(_DISTANCES)
    error, *distances = decoded[:, :count].T
    embeddings = decoded[:, count:].split(EMBEDDED, dim=1)
    return Compared(
        error,
        dict(zip(_DISTANCES, distances, strict=True)),
        dict(zip(_EMBEDDINGS, embeddings, strict=True)),
    )
