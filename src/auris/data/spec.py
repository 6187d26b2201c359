"""What the rest of the program sees of a data set."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, final


@final
@dataclass(frozen=True)
class Spec:
    """All that the program may know of a data set; saved with each run."""

    sample_rate: int  # Hz
    channels: int
    samples: int  # T
    target: str  # the kind of target: "label", "anomaly", "direction" ...
    classes: tuple[str, ...] = ()
    padding: str = "zeros"  # how a recording shorter than T is filled up
    downmixed: bool = (
        False  # recordings of other channel counts were averaged to one channel
    )
    microphones: tuple[tuple[float, float, float], ...] = ()  # (M, 3) in m, of an array
    columns: dict[str, tuple[str, ...]] = field(
        default_factory=dict
    )  # values of other columns

    @property
    def duration(self) -> float:
        """Length of a clip in seconds."""
        return self.samples / self.sample_rate

    def values_of(self, column: str) -> tuple[str, ...]:
        """The values of a column; one empty word where the data has none of it."""
        return self.columns.get(column, ("",))

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path) -> "Spec":
        return cls.from_plain(json.loads(path.read_text()))

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> "Spec":
        """The same, of its plain values. Raises `TypeError` for those of something else."""
        return cls(**{key: _freeze(value) for key, value in values.items()})


def _freeze(value: Any) -> Any:
    """The value with tuples in the place of lists, as JSON has no tuples."""
    if isinstance(value, dict):
        return {key: _freeze(item) for key, item in value.items()}
    return tuple(map(_freeze, value)) if isinstance(value, list) else value
