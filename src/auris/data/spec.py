"""The types that the rest of the program sees of a data set."""

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # what prediction reads of an exported model must not need torch
    import torch
    from torch import Tensor

    from auris.arrays import Array

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Spec:
    """All that the program may know of a data set; saved with each run."""

    sample_rate: int  # Hz
    channels: int
    samples: int  # T
    target: str  # the kind of target: "label", "anomaly" or "direction"
    classes: tuple[str, ...] = ()
    padding: str = "zeros"  # how a recording shorter than T is filled up
    sections: tuple[str, ...] = ("",)  # machines, products or places that clips are from
    domains: tuple[str, ...] = ("",)  # conditions that they were recorded under
    mixed: bool = False  # recordings of other channel counts were averaged to one channel
    microphones: tuple[tuple[float, float, float], ...] = ()  # (M, 3) in m, where the channels are those of an array

    @property
    def duration(self) -> float:
        """Length of a clip in seconds."""
        return self.samples / self.sample_rate

    @property
    def array(self) -> "Array | None":
        """The microphones that the channels are from, where directions are asked for."""
        from auris.arrays import Array

        return Array(self.microphones) if self.microphones else None

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Spec":
        return cls.read(json.loads(path.read_text()))

    @classmethod
    def read(cls, facts: dict[str, Any]) -> "Spec":
        """The same, of its plain values. Raises `TypeError` for those of something else."""
        return cls(**{key: frozen(fact) for key, fact in facts.items()})


def frozen(value: Any) -> Any:
    """The value with tuples in the place of lists, as JSON has no tuples."""
    return tuple(map(frozen, value)) if isinstance(value, list) else value


class Batch:
    """Some clips of a data set. Waves are fetched when they are asked for: whoever knows the features needs none."""

    def __init__(self, store: "Tensor", row: "Tensor", target: "Tensor", index: "Tensor", fresh: bool = False):
        self.store = store  # (R, C, T) float32, all clips there are
        self.row = row  # (B,) where these are in it
        self.target = target  # (B, ...)
        self.index = index  # (B,) which clips of the data set these are
        self.fresh = fresh  # whether the next clip of this index is another one

    def __len__(self) -> int:
        return len(self.index)

    @cached_property
    def wave(self) -> "Tensor":  # (B, C, T)
        return self.store[self.row.to(self.store.device)].to(self.target.device)

    def to(self, device: "torch.device") -> "Batch":
        return Batch(self.store, self.row, self.target.to(device), self.index.to(device), self.fresh)
