"""What makes clips of numbers."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

import numpy as np

Interval = tuple[float, float]  # to draw from


class SimulatedClip(NamedTuple):
    """A clip, and what the table says of it."""

    row: Sequence[Any]  # the name of its file, then what `ClipSimulator.columns` names
    wave: np.ndarray  # (T,) or (T, C), |x| <= 1


class ClipSimulator(ABC):
    """Makes clips by their indices. Each is the same whichever others are made."""

    columns: ClassVar[Sequence[str]]  # of the table, besides the path
    sample_rate: int  # Hz

    @abstractmethod
    def __len__(self) -> int:
        """How many clips there are."""

    @abstractmethod
    def make_clip(self, index: int) -> SimulatedClip:
        """Clip `index`."""


@dataclass(frozen=True)
class AnomalySimulator(ClipSimulator):
    """Makes normal clips to train on, then clips to test on, half of them anomalous.

    Args:
        sample_rate: in Hz.
        duration: in s.
        seed: other numbers give other machines.
        snr: of anomalies in dB, the knob of difficulty.
        train_size: normal clips.
        test_size: clips to test on.
    """

    columns = ("label", "group", "split")

    sample_rate: int = 16000
    duration: float = 5.0
    seed: int = 0
    snr: float = 0.0
    train_size: int = 300
    test_size: int = 200

    def __len__(self) -> int:
        return self.train_size + self.test_size

    @property
    def samples(self) -> int:
        """T of a clip."""
        return int(self.duration * self.sample_rate)

    def rng(self, *numbers: int) -> np.random.Generator:
        """The generator of these numbers."""
        return np.random.default_rng([self.seed, *numbers])

    def make_clip(self, index: int) -> SimulatedClip:
        return SimulatedClip(self.rows[index], self.simulate(index))

    @cached_property
    def rows(self) -> list[tuple[str, str, int, str]]:
        """(name, label, group, split) of each clip."""
        return self.list_rows()

    @abstractmethod
    def list_rows(self) -> list[tuple[str, str, int, str]]:
        """(name, label, group, split) of each clip. No group is in two splits."""

    @abstractmethod
    def simulate(self, index: int) -> np.ndarray:
        """Clip `index` (T,)."""
