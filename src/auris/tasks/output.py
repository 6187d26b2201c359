"""How decoded outputs are read: all of a task that prediction needs, without torch."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

from auris.core.locate import check_trusted, locate_object

Array = Any  # of numpy or torch
Row = dict[str, Any]


@dataclass(frozen=True)
class OutputFormat(ABC):
    """Turns one decoded output (...) into words and numbers."""

    # must a recording hold all that the model hears?
    requires_full_band: ClassVar[bool] = False
    # do people want predictions over time, not one in all?
    per_window: ClassVar[bool] = False
    reads_silence: ClassVar[bool] = False  # is there something to say of silence?

    def split_in_time(self, decoded: Array) -> Sequence[Array]:
        """One output as one for each of the equal parts of its clip that people ask for."""
        return [decoded]

    @abstractmethod
    def to_row(self, decoded: Array, target: Array = None) -> Row:
        """One output (...) in words and numbers, by name, to one target where there is one."""

    @abstractmethod
    def to_words(self, row: Row) -> list[str]:
        """A row for people, in one or two parts."""

    def merge_rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows of windows with `path`, `start` and `stop` in s, as people want to read them."""
        return iter(rows)

    def to_plain(self) -> dict[str, Any]:
        """The plain values that `read_format` makes the same format of."""
        cls = type(self)
        return {"_target_": f"{cls.__module__}.{cls.__qualname__}", **asdict(self)}


def read_format(values: dict[str, Any], plugins: Sequence[str] = ()) -> OutputFormat:
    """The format that told its plain values.

    Raises `UserError` for a class of a package that is not trusted, `LookupError` or `TypeError`
    for values of something else.
    """
    target = values["_target_"]
    check_trusted(target, "output format", ("auris", *plugins))
    cls = locate_object(target, "output format")
    if not (isinstance(cls, type) and issubclass(cls, OutputFormat)):
        raise TypeError(f"{target} is no output format")
    return cls(**{key: value for key, value in values.items() if key != "_target_"})


def first_words(row: Row) -> list[str]:
    """The first two values of a row, for people."""
    values = list(row.values())[:2]
    return [
        f"{value:.4f}" if isinstance(value, float) else str(value) for value in values
    ]
