"""What a logger has that shows more of a run than curves."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from torch import Tensor


class Pages(ABC):
    """Pictures, sounds and results of one run. Names with a slash are groups."""

    @abstractmethod
    def add_figure(self, name: str, figure: Figure) -> None:
        """Show a picture."""

    @abstractmethod
    def add_sound(self, name: str, wave: Tensor, sample_rate: int) -> None:
        """Let a wave (T,) be heard, at `sample_rate` in Hz."""

    @abstractmethod
    def add_results(
        self, settings: Mapping[str, Any], metrics: Mapping[str, float]
    ) -> None:
        """Show the settings of the run beside what came out."""

    @abstractmethod
    def close(self) -> None:
        """Write what has not been written yet."""


class Board(ABC):
    """A logger that shows the pages of runs."""

    @abstractmethod
    def describe_run(self, text: str) -> None:
        """Say from the first what a run is about."""

    @abstractmethod
    def open_pages(self, folder: Path) -> Pages:
        """The pages of the run in this folder."""
