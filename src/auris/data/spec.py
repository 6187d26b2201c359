"""What the rest of the program sees of a data set."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, final

from auris.core.errors import UserError, first_line
from auris.core.files import load_json_object

PADDINGS = ("repeat", "zeros")
_LARGEST = {"sample_rate": 1_000_000, "channels": 1024, "samples": 2**31}
MAX_SAMPLES = 2**28  # of all channels of a clip, a gigabyte


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
    # recordings of other channel counts were averaged to one channel
    downmixed: bool = False
    chosen_channels: tuple[int, ...] = ()  # which were taken, counted from 0; (): all
    microphones: tuple[tuple[float, float, float], ...] = ()  # (M, 3) in m, of an array
    # values of other columns
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    class_counts: tuple[int, ...] = ()  # how many clips of each class train

    @property
    def duration(self) -> float:
        """Length of a clip in seconds."""
        return self.samples / self.sample_rate

    @property
    def heard_channels(self) -> int | tuple[int, ...]:
        """What `audio.to_channels` makes of recordings."""
        return self.chosen_channels or self.channels

    def values_of(self, column: str) -> tuple[str, ...]:
        """The values of a column; one empty word where the data has none of it."""
        return self.columns.get(column, ("",))

    def save(self, path: Path) -> None:
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Spec":
        """That of a run. Raises `UserError`, which names the file, for what can't be."""
        try:
            return cls.from_plain(load_json_object(path))
        except (TypeError, ValueError) as error:
            reason = first_line(error).rstrip(".").removeprefix("Spec.__init__() ")
            raise UserError(
                f"{path} is not what a run knows of its data ({reason}); it is damaged, or of "
                "another version of Auris."
            ) from error

    @classmethod
    def from_plain(cls, values: dict[str, Any]) -> "Spec":
        """The same, of its plain values.

        Raises `TypeError` or `ValueError` for those of something else.
        """
        spec = cls(**{key: _freeze(value) for key, value in values.items()})
        spec._check()
        return spec

    def _check(self) -> None:
        """Raise `ValueError` for what no data set is."""
        for name, most in _LARGEST.items():
            value = getattr(self, name)
            if type(value) is not int or not 0 < value <= most:
                raise ValueError(f"{name} is {value}")
        if self.channels * self.samples > MAX_SAMPLES:
            raise ValueError(f"a clip has {self.channels} x {self.samples} samples")
        if self.padding not in PADDINGS:
            raise ValueError(f"padding is {self.padding}")
        words = (self.classes, *self.columns.values())
        if not all(isinstance(part, tuple) for part in words):
            raise ValueError("classes and columns are lists of words")
        if not all(isinstance(word, str) for part in words for word in part):
            raise ValueError("classes and columns are lists of words")
        if len(self.class_counts) not in (0, len(self.classes)):
            raise ValueError(f"class_counts are {self.class_counts}")
        if not all(type(count) is int and count >= 0 for count in self.class_counts):
            raise ValueError(f"class_counts are {self.class_counts}")
        if self.chosen_channels and not self._has_channels():
            raise ValueError(f"chosen_channels are {self.chosen_channels}")
        if not all(len(place) == 3 for place in self.microphones):
            raise ValueError("microphones are places of three numbers")

    def _has_channels(self) -> bool:
        """Whether the chosen channels are as many numbers as the clips have channels."""
        numbers = self.chosen_channels
        are_numbers = all(type(number) is int and number >= 0 for number in numbers)
        return are_numbers and len(numbers) == self.channels


def _freeze(value: Any) -> Any:
    """The value with tuples in the place of lists, as JSON has no tuples."""
    if isinstance(value, dict):
        return {key: _freeze(item) for key, item in value.items()}
    return tuple(map(_freeze, value)) if isinstance(value, list) else value
