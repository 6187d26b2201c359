"""What the labels of clips are taken for: classes to be told apart, or what is normal and what is not."""

from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from auris.data.clips import Clip
from auris.data.splits import how


class View(ABC):
    """How a list of labelled recordings becomes sets and targets."""

    target: ClassVar[str]  # the kind of target, for tasks

    @abstractmethod
    def split(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> list[str]:
        """The set of each clip: "train", "val", "test", or "" where it is left out."""

    def separated(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> str:
        """How the sets were separated, for people."""
        return how(clips, fold, folds, seed)

    @abstractmethod
    def check_rates(self, rates: Collection[int]) -> None:
        """Raise `UserError` where recordings of these sample rates in Hz can't be taken together as they are."""

    @abstractmethod
    def check(self, sets: Sequence[str], clips: Sequence[Clip]) -> None:
        """Raise `UserError` where a set lacks what it needs."""

    @abstractmethod
    def facts(self, clips: Sequence[Clip]) -> dict[str, Any]:
        """What `Spec` says of targets."""

    @abstractmethod
    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """The target of each clip, (N, ...)."""

    @abstractmethod
    def count(self, sets: Sequence[str], clips: Sequence[Clip]) -> str:
        """How many there are of what, for people."""


def names(words: Any) -> tuple[str, ...]:
    """Each word once, in order."""
    return tuple(sorted(set(words)))


def places(words: Any) -> Tensor:
    """(N,) where each word stands among all."""
    listed = list(words)
    number = {name: place for place, name in enumerate(names(listed))}
    return torch.tensor([number[word] for word in listed], dtype=torch.long)
