"""Each clip bears any number of labels."""

from collections import Counter
from collections.abc import Sequence
from typing import final

import torch
from torch import Tensor

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.splits import check_filled, split_clips
from auris.data.targets import Targets, count_splits
from auris.tasks.tagging.stratify import draw_folds

_NONE = "(none)"  # of the labels


@final
class TagTargets(Targets):
    """Which of the labels a clip bears; an empty one bears none.

    Args:
        separator: what stands between the labels of a clip.
    """

    kind = "tags"
    needs_labels_in = ()

    def __init__(self, separator: str = "|"):
        if not separator.strip():
            raise UserError("data.separator should be a character, such as | or ;.")
        self.separator = separator

    def split_clips(
        self, clips: Sequence[Clip], fold: int, folds: int, seed: int
    ) -> list[str]:
        return split_clips(clips, fold, folds, seed, self._draw_folds)

    def describe_split(
        self, clips: Sequence[Clip], fold: int, folds: int, seed: int
    ) -> str:
        separated = super().describe_split(clips, fold, folds, seed)
        return separated.replace("stratified by class", "stratified by label")

    def check_clips(self, clips: Sequence[Clip]) -> None:
        if not self.classes_of(clips):
            raise UserError(
                "No recording has a label; the table needs a column label, with words such as "
                f"dog{self.separator}rain."
            )

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_filled(splits)
        pairs = zip(splits, clips, strict=True)
        training = [clip for split, clip in pairs if split == "train"]
        untaught = set(self.classes_of(clips)) - set(self.classes_of(training))
        if untaught:
            raise UserError(
                f"No clip with the label {min(untaught)} is in the training set; "
                "it can't be learnt."
            )

    def labels_of(self, clip: Clip) -> tuple[str, ...]:
        parts = (part.strip() for part in clip.label.split(self.separator))
        return tuple(dict.fromkeys(filter(None, parts)))

    def kinds_of(self, clips: Sequence[Clip]) -> list[tuple[str, ...]]:
        return [tuple(sorted(self.labels_of(clip))) or (_NONE,) for clip in clips]

    def columns_of(self, clips: Sequence[Clip]) -> dict[str, tuple[str, ...]]:
        return {"separator": (self.separator,)}

    def identity_of(self, clip: Clip) -> tuple[object, ...]:
        return tuple(sorted(self.labels_of(clip)))

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, K) 1 for each label that a clip bears, else 0."""
        place = {name: k for k, name in enumerate(self.classes_of(clips))}
        target = torch.zeros(len(clips), len(place))
        for row, clip in enumerate(clips):
            for label in self.labels_of(clip):
                target[row, place[label]] = 1
        return target

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        counts = Counter(label for clip in clips for label in self.labels_of(clip))
        listed = ", ".join(f"{name} ({counts[name]})" for name in sorted(counts))
        mean = counts.total() / len(clips)
        return (
            f"{count_splits(splits)}; {len(counts)} labels, {mean:.1f} a clip: {listed}"
        )

    def _draw_folds(self, clips: Sequence[Clip], folds: int, seed: int) -> list[int]:
        labels = [self.labels_of(clip) for clip in clips]
        return draw_folds(labels, [clip.group for clip in clips], folds, seed)
