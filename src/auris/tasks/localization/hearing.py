"""What an array of microphones can tell of directions."""

from typing import final

import torch.nn.functional as F
from torch import Tensor

from auris.acoustics.arrays import Array


@final
class Hearing:
    """Directions as an array hears them: those that sound the same are one.

    For a line these are all that make one angle with it, for microphones in a plane those above
    and below it.

    Args:
        array: the microphones.
        elevation: whether directions are in space, or azimuths.
    """

    def __init__(self, array: Array, elevation: bool):
        self.array = array
        self.elevation = elevation
        self.dimensions = 3 if elevation else 2

    def fold(self, direction: Tensor) -> Tensor:
        """The directions (B, 3) that stand for those which sound the same, unit vectors."""
        folded = self.array.fold(direction)
        if self.elevation:
            return folded
        return F.normalize(folded * folded.new_tensor([1, 1, 0]), dim=-1)

    def true_directions(self, target: Tensor) -> Tensor:
        """Targets (B, 7) -> unit vectors (B, 3)."""
        return self.fold(target[:, :3])

    def decode(self, output: Tensor) -> Tensor:
        """Vectors (B, 2) or (B, 3) of any length -> unit vectors (B, 3)."""
        padded = F.pad(output.float(), (0, 3 - self.dimensions))
        return self.fold(F.normalize(padded, dim=-1))

    def mean_direction(self, target: Tensor) -> Tensor:
        """The unit vector (3,) that is nearest to all targets (n, 7)."""
        return F.normalize(self.true_directions(target).mean(0), dim=0)
