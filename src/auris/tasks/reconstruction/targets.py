"""No target: the sound itself is what is asked for."""

from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from auris.data.clips import Clip
from auris.data.splits import check_filled
from auris.data.targets import Targets, count_splits


@final
class NoTargets(Targets):
    """Labels stratify the splits, and are not learnt."""

    kind = "none"
    needs_labels_in = ()

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_filled(splits)

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N,) nothing of note."""
        return torch.zeros(len(clips), dtype=torch.long)

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        return count_splits(splits)
