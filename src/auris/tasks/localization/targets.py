"""What the labels of clips are taken for: classes to be told apart, or what is normal and what is not."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import torch
from torch import Tensor

from auris.acoustics.arrays import Array, direction
from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.splits import SETS, check_filled, split
from auris.data.targets import View, names, places


class Directions(View):
    """Each clip is heard from a direction, by an array of microphones."""

    target = "direction"

    def __init__(self, array: Array):
        self.array = array

    def split(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> list[str]:
        return split(clips, fold, folds, seed)

    def check_rates(self, rates: Collection[int]) -> None:
        """Any will do: they become one."""

    def check(self, sets: Sequence[str], clips: Sequence[Clip]) -> None:
        if bare := next((clip for clip in clips if clip.direction is None), None):
            raise UserError(
                f"{bare.path} has no azimuth; the table needs a column azimuth, in degrees."
            )
        check_filled(sets)

    def facts(self, clips: Sequence[Clip]) -> dict[str, Any]:
        microphones = tuple(tuple(place) for place in self.array.microphones.tolist())
        return {"microphones": microphones, "sections": names(clip.section for clip in clips)}

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, 7) unit vectors to the sources, reverberation time in s, SNR in dB and distance in m, or NaN, section."""
        azimuth, elevation = torch.tensor([clip.direction for clip in clips]).T
        conditions, section = (
            torch.tensor([clip.conditions for clip in clips]),
            places(clip.section for clip in clips),
        )
        return torch.cat(
            [direction(azimuth, elevation), conditions, section[:, None].float()], dim=1
        )

    def count(self, sets: Sequence[str], clips: Sequence[Clip]) -> str:
        sizes, azimuths = Counter(sets), [clip.direction[0] for clip in clips if clip.direction]
        counts = ", ".join(f"{sizes[name]} {name}" for name in SETS)
        return f"{counts}; azimuths from {min(azimuths):.0f} to {max(azimuths):.0f} degrees"
