"""Where recordings come from. A new source is one class here and one short YAML in configs/data."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import NamedTuple

from torch import Tensor

from auris.core.instantiate import Buildable
from auris.data.clips import Clip

# (epoch, index (B,), device) -> waves (B, C, T) and targets (B, ...)
DrawEpoch = Callable[..., tuple[Tensor, Tensor]]


class Collection(NamedTuple):
    """Labelled recordings on disk, and where they are from."""

    clips: list[Clip]
    origin: str  # "real" or "simulated"
    about: str  # one sentence for people


class Source(Buildable, ABC):
    """A place that recordings come from."""

    @abstractmethod
    def collect(self) -> Collection:
        """The clips, after fetching or making them where that is needed. Raises `UserError`."""

    @property
    def draw_epoch(self) -> DrawEpoch | None:
        """What draws training clips anew for each epoch; None where there are recordings alone."""
        return None
