"""The label of a clip is a number."""

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.splits import check_filled
from auris.data.targets import Targets, count_splits


@final
class CountTargets(Targets):
    """How many beeps a clip holds."""

    kind = "count"
    needs_labels_in = ()

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_filled(splits)
        for clip in clips:
            if not clip.label.isdigit():
                raise UserError(
                    f"{clip.path} is labelled {clip.label}, which is not a count."
                )

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N,) counts."""
        return torch.tensor([float(clip.label) for clip in clips])

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        most = max(int(clip.label) for clip in clips)
        return f"{count_splits(splits)}; up to {most} beeps"
