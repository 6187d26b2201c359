"""The types that the rest of the program sees of a data set."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auris.acoustics.arrays import Array


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
    microphones: tuple[
        tuple[float, float, float], ...
    ] = ()  # (M, 3) in m, where the channels are those of an array

    @property
    def duration(self) -> float:
        """Length of a clip in seconds."""
        return self.samples / self.sample_rate

    @property
    def array(self) -> "Array | None":
        """The microphones that the channels are from, where directions are asked for."""
        from auris.acoustics.arrays import Array

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
