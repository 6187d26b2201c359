"""The types that the rest of the program sees of a data set."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from torch import Tensor

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Spec:
    """All that the program may know of a data set; saved with each run."""

    sample_rate: int  # Hz
    channels: int
    samples: int  # T
    target: str  # the kind of target: "label"
    classes: tuple[str, ...] = ()
    padding: str = "zeros"  # how a recording shorter than T is filled up
    mixed: bool = False  # recordings of other channel counts were averaged to one channel

    @property
    def duration(self) -> float:
        """Length of a clip in seconds."""
        return self.samples / self.sample_rate

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Spec":
        facts = json.loads(path.read_text())
        return cls(**{**facts, "classes": tuple(facts["classes"])})


class Batch(NamedTuple):
    """Some clips of a data set."""

    wave: Tensor  # (B, C, T) float32
    target: Tensor  # (B, ...)
    index: Tensor  # type: ignore[assignment]  # (B,) which clips these are
