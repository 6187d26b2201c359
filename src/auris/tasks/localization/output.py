"""Directions, read."""

from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import final

from auris.tasks.output import Array, OutputFormat, Row

_ANGLES = ("azimuth", "elevation")


@final
@dataclass(frozen=True)
class DirectionOutput(OutputFormat):
    """Of unit vectors (3,): x ahead, y to the left, z up.

    Azimuth and, where it is known, elevation in degrees.
    """

    elevation: bool
    per_window = True

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        x, y, z = decoded.tolist()
        row: Row = {"azimuth": round(degrees(atan2(y, x)), 2)}
        if self.elevation:
            row["elevation"] = round(degrees(atan2(z, hypot(x, y))), 2)
        return row

    def to_words(self, row: Row) -> list[str]:
        return [f"{name} {row[name]:.0f}°" for name in _ANGLES if name in row]
