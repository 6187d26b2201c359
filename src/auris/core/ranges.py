"""What numbers and lists a constructor takes: width: Annotated[int, Range(1, 4096)].

Settings are held against it before anything is built (`auris.core.validation`), so that a range
stands once, in the signature.
"""

from dataclasses import dataclass
from typing import Annotated, final


@final
@dataclass(frozen=True)
class Range:
    """Numbers from `low` to `high`, which are finite; `above` leaves out `low` itself."""

    low: float
    high: float
    above: bool = False

    def __contains__(self, value: float) -> bool:
        if self.above and value == self.low:
            return False
        return self.low <= value <= self.high  # of NaN neither is true

    def __str__(self) -> str:
        low, high = map(_write_number, (self.low, self.high))
        return (
            f"above {low} and up to {high}" if self.above else f"from {low} to {high}"
        )


@final
@dataclass(frozen=True)
class Length:
    """Lists of so many items."""

    low: int
    high: int

    def __contains__(self, size: int) -> bool:
        return self.low <= size <= self.high

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low} to {self.high}"


Count = Annotated[int, Range(1, 1_000_000)]
Share = Annotated[float, Range(0, 1)]
Seed = Annotated[int, Range(0, 2**32 - 1)]  # numpy takes no larger one


def _write_number(number: float) -> str:
    return str(int(number)) if number == int(number) else f"{number:g}"
