"""What a study is, and what it has to show."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from auris.core.instantiate import Buildable
from auris.core.svg import Picture
from auris.lecture.bench import Bench

Rows = Sequence[Sequence[str]]


class Law(NamedTuple):
    """A figure that was measured, beside what theory says of it."""

    what: str
    measured: str
    expected: str
    holds: bool


class Sound(NamedTuple):
    """Something to hear."""

    label: str
    wave: Tensor  # (T,), at full scale at most
    sample_rate: int  # Hz


class Shown(NamedTuple):
    """What came out of a study."""

    laws: list[Law]
    pictures: list[Picture]
    moving: list[Picture] = []  # frames of one picture that moves
    sounds: list[Sound] = []
    numbers: Rows = ()  # a table, whose first row names the columns


class Study(Buildable, ABC):
    """An idea of the lecture, measured. Its constructor takes what its YAML sets below `study`."""

    @abstractmethod
    def show(self, bench: Bench) -> Shown:
        """Measure and draw. Raises `UserError` for data that it can't be shown with."""


def law_of_value(what: str, measured: float, expected: float, within: float) -> Law:
    """A law that gives a number, of which the measured one is `within` so much."""
    margin = f" (within {within:.2g})" if within else ""
    near = abs(measured - expected) <= within
    return Law(what, f"{measured:.4g}", f"{expected:.4g}{margin}", near)


def law_of_bound(what: str, measured: float, bound: float) -> Law:
    """A law that gives the most that can be, such as of an error that only rounding makes."""
    return Law(what, f"{measured:.2g}", f"at most {bound:.2g}", measured <= bound)


def log_slope(x: Tensor, y: Tensor) -> float:
    """The exponent p of the power law y ~ x^p that fits positive (n,) best, in logarithms."""
    log_x = x.double().log()
    log_y = y.double().log()
    centered = log_x - log_x.mean()
    return float(torch.dot(centered, log_y) / centered.square().sum())
