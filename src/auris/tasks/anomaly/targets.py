"""One label is normal, any other is not; only what is normal trains."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import final

import torch
from torch import Tensor

from auris.data.clips import Clip
from auris.data.columns import check_labelled
from auris.data.folders import same_form
from auris.data.splits import SPLITS
from auris.data.targets import Targets, codes, unique_sorted
from auris.tasks.anomaly.splits import check_anomalies, check_rates, split_anomalies


@final
class AnomalyTargets(Targets):
    """Whether a clip is anomalous.

    Args:
        normal: the label of normal clips.
        known: names or patterns of anomalous recordings that validate; they never test.
    """

    kind = "anomaly"
    read_columns = ("section", "domain")
    needs_labels_in = ("test",)

    def __init__(self, normal: str, known: Sequence[str] = ()):
        self.normal = same_form(normal)
        self.known = known

    def split_clips(
        self, clips: Sequence[Clip], fold: int, folds: int, seed: int
    ) -> list[str]:
        return split_anomalies(clips, self.normal, self.known, fold, folds, seed)

    def describe_split(
        self, clips: Sequence[Clip], fold: int, folds: int, seed: int
    ) -> str:
        separated = super().describe_split(clips, fold, folds, seed)
        return (
            f"{separated} Only {self.normal} clips train; others test, "
            "but for those that were named to validate."
        )

    def check_clips(self, clips: Sequence[Clip]) -> None:
        check_labelled(clips)

    def check_rates(self, rates: Collection[int]) -> None:
        check_rates(rates)

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_anomalies(splits, clips, self.normal)

    def columns_of(self, clips: Sequence[Clip]) -> dict[str, tuple[str, ...]]:
        return {
            "section": unique_sorted(clip.cell("section") for clip in clips),
            "domain": unique_sorted(clip.cell("domain") for clip in clips),
        }

    def identity_of(self, clip: Clip) -> tuple[object, ...]:
        return (clip.label, clip.cell("section"), clip.cell("domain"))

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, 3) whether each is anomalous, and the numbers of its section and its domain."""
        anomalous = torch.tensor([int(clip.label != self.normal) for clip in clips])
        section = codes(clip.cell("section") for clip in clips)
        domain = codes(clip.cell("domain") for clip in clips)
        return torch.stack([anomalous, section, domain], dim=1)

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        is_normal = [clip.label == self.normal for clip in clips]
        counts = Counter(zip(splits, is_normal, strict=True))
        summary = ", ".join(_describe_counts(counts, split) for split in SPLITS)
        if left_out := counts["", True] + counts["", False]:
            summary += f"; {left_out} left out, as others of their fold or group train or validate"
        sections = unique_sorted(clip.cell("section") for clip in clips)
        if len(sections) > 1:
            summary += f"; {len(sections)} sections: {', '.join(sections)}"
        return summary


def _describe_counts(counts: Counter[tuple[str, bool]], split: str) -> str:
    """How many normal clips a split has, and how many others."""
    anomalous = counts[split, False]
    others = f" + {anomalous} anomalous" if anomalous else ""
    return f"{counts[split, True]}{others} {split}"
