"""A count, read."""

from dataclasses import dataclass
from typing import final

from auris.tasks.output import Array, OutputFormat, Row


@final
@dataclass(frozen=True)
class CountOutput(OutputFormat):
    """Of a count (1,)."""

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        return {"beeps": round(float(decoded[0]), 2)}

    def to_words(self, row: Row) -> list[str]:
        return [f"{row['beeps']:.0f} beeps"]
