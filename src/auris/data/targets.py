"""What the labels of clips are taken for; each task has its own kind."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Sequence
from typing import ClassVar

import torch
from torch import Tensor

from auris.data.clips import Clip
from auris.data.splits import SPLITS, UNLABELLED, describe_splits, split_clips


class Targets(ABC):
    """How a list of labelled recordings becomes splits and targets."""

    kind: ClassVar[str]  # of target, as `Spec.target` names it
    # the splits in which each label should be
    needs_labels_in: ClassVar[tuple[str, ...]] = SPLITS
    # which other columns of a table it reads
    read_columns: Sequence[str] = ()
    # whether labels are what is learnt, so that some may be taken away
    learns_labels: ClassVar[bool] = False

    def split_clips(
        self, clips: Sequence[Clip], fold: int, folds: int, seed: int
    ) -> list[str]:
        """The split of each clip: "train", "val", "test", or "" where it is left out."""
        return split_clips(clips, fold, folds, seed)

    def describe_split(
        self, clips: Sequence[Clip], fold: int, folds: int, seed: int
    ) -> str:
        """How the splits were separated, for people."""
        return describe_splits(clips, fold, folds, seed)

    def check_clips(self, clips: Sequence[Clip]) -> None:  # noqa: B027, some have nothing to check
        """Raise `UserError` for labels that can't be learnt, and say what is odd about them.

        This is before anything is decoded.
        """

    def check_rates(self, rates: Collection[int]) -> None:  # noqa: B027, most have nothing to check
        """Raise `UserError` where recordings of these sample rates in Hz can't become one."""

    @abstractmethod
    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        """Raise `UserError` where a split lacks what it needs."""

    def labels_of(self, clip: Clip) -> tuple[str, ...]:
        """The classes that a clip is of."""
        return (clip.label,)

    def classes_of(self, clips: Sequence[Clip]) -> tuple[str, ...]:
        """The labels that targets number, in order."""
        return unique_sorted(label for clip in clips for label in self.labels_of(clip))

    def kinds_of(self, clips: Sequence[Clip]) -> list[tuple[str, ...]]:
        """Words for each clip, by which people see how a data set is made up."""
        return [(clip.label,) for clip in clips]

    def columns_of(self, clips: Sequence[Clip]) -> dict[str, tuple[str, ...]]:
        """The other columns that targets read, each with the values that are numbered, in order."""
        return {}

    def identity_of(self, clip: Clip) -> tuple[object, ...]:
        """What of a clip its target depends on, in plain values: another one is other data."""
        return (clip.label,)

    @abstractmethod
    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """The target of each clip, (N, ...)."""

    @abstractmethod
    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        """How many there are of what, for people."""


def unique_sorted(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, in order."""
    return tuple(sorted(set(words)))


def codes(words: Iterable[str]) -> Tensor:
    """(N,) the place of each word among `unique_sorted(words)`."""
    listed = list(words)
    place = {word: at for at, word in enumerate(unique_sorted(listed))}
    return torch.tensor([place[word] for word in listed], dtype=torch.long)


def count_splits(splits: Sequence[str]) -> str:
    """How many clips there are in each split, for people."""
    shown = SPLITS if UNLABELLED not in splits else (*SPLITS, UNLABELLED)
    return ", ".join(f"{splits.count(split)} {split}" for split in shown)
