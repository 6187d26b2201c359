"""Each clip is heard from a direction, by an array of microphones."""

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from auris.acoustics.arrays import unit_vector
from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.splits import check_filled
from auris.data.targets import Targets, codes, count_splits, unique_sorted


@final
class DirectionTargets(Targets):
    """The direction that a clip is heard from, and what made that hard to hear."""

    kind = "direction"

    def check_clips(self, clips: Sequence[Clip]) -> None:
        for clip in clips:
            if clip.direction is None:
                raise UserError(
                    f"{clip.path} has no azimuth; the table needs a column azimuth, in degrees."
                )

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_filled(splits)

    def classes_of(self, clips: Sequence[Clip]) -> tuple[str, ...]:
        return ()

    def columns_of(self, clips: Sequence[Clip]) -> dict[str, tuple[str, ...]]:
        return {"section": unique_sorted(clip.section for clip in clips)}

    def identity_of(self, clip: Clip) -> tuple[object, ...]:
        return (clip.label, clip.section, clip.direction)

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, 7) unit vectors to the sources, conditions and the number of a section.

        Conditions are reverberation time in s, SNR in dB and distance in m, or NaN.
        """
        azimuth, elevation = torch.tensor([clip.direction for clip in clips]).T
        vector = unit_vector(azimuth, elevation)  # (N, 3)
        conditions = torch.tensor([clip.conditions for clip in clips])  # (N, 3)
        section = codes(clip.section for clip in clips)  # (N,)
        return torch.cat([vector, conditions, section[:, None].float()], dim=1)

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        azimuths = [clip.direction[0] for clip in clips if clip.direction]
        low = f"{min(azimuths):.0f}"
        high = f"{max(azimuths):.0f}"
        return f"{count_splits(splits)}; azimuths from {low} to {high} degrees"
