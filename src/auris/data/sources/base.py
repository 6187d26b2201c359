"""Where recordings come from. A new source is one class here and one short YAML in configs/data."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import ClassVar, NamedTuple

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


def name_clips(collection: Collection) -> Collection:
    """The same with clips that know the folder that all recordings are in: names begin there."""
    folders = {os.path.abspath(clip.path.parent) for clip in collection.clips}
    if not folders:
        return collection
    root = os.path.commonpath(folders)
    clips = [replace(clip, root=root) for clip in collection.clips]
    return collection._replace(clips=clips)


def full_path(path: Path) -> str:
    """A place as it is written in full, with its links."""
    return os.path.abspath(path.expanduser())


class Source(Buildable, ABC):
    """A place that recordings come from."""

    @abstractmethod
    def collect(self) -> Collection:
        """The clips, after fetching or making them where that is needed. Raises `UserError`."""

    @property
    def place(self) -> str:
        """The folder or the table of the user's own recordings, which gives them their name.

        Empty where the data set has a name of its own, that of its configuration.
        """
        return ""

    # the kind of targets that `draw_epoch` gives
    drawn_kind: ClassVar[str] = ""

    @property
    def draw_epoch(self) -> DrawEpoch | None:
        """What draws training clips anew for each epoch; None where there are recordings alone."""
        return None
