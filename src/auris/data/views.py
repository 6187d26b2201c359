"""What the labels of clips are taken for: classes to be told apart, or what is normal and what is not."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor

from auris.arrays import Array, direction
from auris.data.anomalies import check_anomalies, check_rates, split_anomalies
from auris.data.clips import Clip
from auris.data.splits import SETS, check_complete, check_filled, how, split
from auris.errors import UserError


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


class Labels(View):
    """Each label is a class."""

    target = "label"

    def split(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> list[str]:
        return split(clips, fold, folds, seed)

    def check_rates(self, rates: Collection[int]) -> None:
        """Any will do: they become one."""

    def check(self, sets: Sequence[str], clips: Sequence[Clip]) -> None:
        if bare := next((clip for clip in clips if not clip.label), None):
            raise UserError(f"{bare.path} has no label; give it one, or choose array=... to learn directions.")
        check_complete(sets, [clip.label for clip in clips])

    def facts(self, clips: Sequence[Clip]) -> dict[str, Any]:
        return {"classes": names(clip.label for clip in clips)}

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N,) the number of each clip's class."""
        return places(clip.label for clip in clips)

    def count(self, sets: Sequence[str], clips: Sequence[Clip]) -> str:
        sizes, classes = Counter(sets), names(clip.label for clip in clips)
        counts = ", ".join(f"{sizes[name]} {name}" for name in SETS)
        return f"{counts}; {len(classes)} classes: {', '.join(classes)}"


class Anomalies(View):
    """One label is normal, any other is not. Only what is normal trains.

    Args:
        normal: the label of normal clips.
        known: names or patterns of anomalous recordings that validate; they never test.
    """

    target = "anomaly"

    def __init__(self, normal: str, known: Sequence[str] = ()):
        self.normal, self.known = normal, known

    def split(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> list[str]:
        return split_anomalies(clips, self.normal, self.known, fold, folds, seed)

    def separated(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> str:
        first = super().separated(clips, fold, folds, seed)
        return f"{first} Only {self.normal} clips train; others test, but for those that were named to validate."

    def check_rates(self, rates: Collection[int]) -> None:
        check_rates(rates)

    def check(self, sets: Sequence[str], clips: Sequence[Clip]) -> None:
        check_anomalies(sets, clips, self.normal)

    def facts(self, clips: Sequence[Clip]) -> dict[str, Any]:
        return {
            "classes": names(clip.label for clip in clips),
            "sections": names(clip.section for clip in clips),
            "domains": names(clip.domain for clip in clips),
        }

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, 3) whether each is anomalous, and the numbers of its section and its domain."""
        anomalous = torch.tensor([int(clip.label != self.normal) for clip in clips])
        section, domain = places(clip.section for clip in clips), places(clip.domain for clip in clips)
        return torch.stack([anomalous, section, domain], dim=1)

    def count(self, sets: Sequence[str], clips: Sequence[Clip]) -> str:
        sizes = Counter((name, clip.label == self.normal) for name, clip in zip(sets, clips, strict=True))
        odd = {name: f" + {sizes[name, False]} anomalous" if sizes[name, False] else "" for name in SETS}
        counts = ", ".join(f"{sizes[name, True]}{odd[name]} {name}" for name in SETS)
        left, sections = sizes["", True] + sizes["", False], names(clip.section for clip in clips)
        counts += f"; {left} left out, as others of their fold or group train or validate" if left else ""
        return counts + (f"; {len(sections)} sections: {', '.join(sections)}" if len(sections) > 1 else "")


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
            raise UserError(f"{bare.path} has no azimuth; the table needs a column azimuth, in degrees.")
        check_filled(sets)

    def facts(self, clips: Sequence[Clip]) -> dict[str, Any]:
        microphones = tuple(tuple(place) for place in self.array.microphones.tolist())
        return {"microphones": microphones, "sections": names(clip.section for clip in clips)}

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, 7) unit vectors to the sources, reverberation time in s, SNR in dB and distance in m, or NaN, section."""
        azimuth, elevation = torch.tensor([clip.direction for clip in clips]).T
        conditions, section = torch.tensor([clip.conditions for clip in clips]), places(clip.section for clip in clips)
        return torch.cat([direction(azimuth, elevation), conditions, section[:, None].float()], dim=1)

    def count(self, sets: Sequence[str], clips: Sequence[Clip]) -> str:
        sizes, azimuths = Counter(sets), [clip.direction[0] for clip in clips if clip.direction]
        counts = ", ".join(f"{sizes[name]} {name}" for name in SETS)
        return f"{counts}; azimuths from {min(azimuths):.0f} to {max(azimuths):.0f} degrees"


def names(words: Any) -> tuple[str, ...]:
    """Each word once, in order."""
    return tuple(sorted(set(words)))


def places(words: Any) -> Tensor:
    """(N,) where each word stands among all."""
    listed = list(words)
    number = {name: place for place, name in enumerate(names(listed))}
    return torch.tensor([number[word] for word in listed], dtype=torch.long)
