"""Each clip is heard from a direction, by an array of microphones."""

import math
from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from auris.acoustics.arrays import unit_vector
from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.columns import read_number
from auris.data.splits import check_filled
from auris.data.targets import Targets, codes, count_splits, unique_sorted

# columns of a table in degrees, with the largest of each
_ANGLES = {"azimuth": 360.0, "elevation": 90.0}
# columns that say how hard a direction is to find: in s, dB and m
CONDITIONS = ("rt60", "snr", "distance")


@final
class DirectionTargets(Targets):
    """The direction that a clip is heard from, and what made that hard to hear."""

    kind = "direction"
    read_columns = (*_ANGLES, *CONDITIONS, "section", "scene")

    def check_clips(self, clips: Sequence[Clip]) -> None:
        for clip in clips:
            if not clip.cell("azimuth"):
                raise UserError(
                    f"{clip.where or clip.path}: there is no azimuth; "
                    "the table needs a column azimuth, in degrees."
                )
            direction_of(clip)
            conditions_of(clip)

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_filled(splits)

    def labels_of(self, clip: Clip) -> tuple[str, ...]:
        return ()

    def columns_of(self, clips: Sequence[Clip]) -> dict[str, tuple[str, ...]]:
        return {"section": unique_sorted(clip.cell("section") for clip in clips)}

    def identity_of(self, clip: Clip) -> tuple[object, ...]:
        return (clip.label, clip.cell("section"), direction_of(clip))

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, 7) unit vectors to the sources, conditions and the number of a section.

        Conditions are reverberation time in s, SNR in dB and distance in m, or NaN.
        """
        azimuth, elevation = torch.tensor([direction_of(clip) for clip in clips]).T
        vector = unit_vector(azimuth, elevation)  # (N, 3)
        conditions = torch.tensor([conditions_of(clip) for clip in clips])  # (N, 3)
        section = codes(clip.cell("section") for clip in clips)  # (N,)
        return torch.cat([vector, conditions, section[:, None].float()], dim=1)

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        azimuths = [direction_of(clip)[0] for clip in clips]
        low = f"{min(azimuths):.0f}"
        high = f"{max(azimuths):.0f}"
        return f"{count_splits(splits)}; azimuths from {low} to {high} degrees"


def direction_of(clip: Clip) -> tuple[float, float]:
    """Azimuth and elevation in degrees. Raises `UserError` for what is none."""
    angles = [
        read_number(clip, name, most, "degrees") for name, most in _ANGLES.items()
    ]
    azimuth, elevation = angles
    return azimuth, 0.0 if math.isnan(elevation) else elevation


def conditions_of(clip: Clip) -> tuple[float, ...]:
    """Reverberation time in s, SNR in dB and distance in m; NaN where it is not known."""
    return tuple(read_number(clip, name) for name in CONDITIONS)
