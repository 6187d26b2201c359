"""Labels, where there are any, say afterwards what clusters are of."""

from collections.abc import Sequence
from typing import final

from torch import Tensor

from auris.data.clips import Clip
from auris.data.splits import check_filled
from auris.data.targets import Targets, codes, count_splits


@final
class ScoringLabels(Targets):
    """Labels stratify the splits and score, and are not learnt."""

    kind = "cluster"
    needs_labels_in = ()

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_filled(splits)

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N,) the number of each clip's label."""
        return codes(clip.label for clip in clips)

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        labels = self.classes_of(clips)
        names = ", ".join(labels)
        return (
            f"{count_splits(splits)}; {len(labels)} labels, for scoring only: {names}"
        )
