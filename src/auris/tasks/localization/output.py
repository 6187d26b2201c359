"""Directions, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, degrees, hypot
from typing import final

from auris.tasks.output import Array, OutputFormat, Row

_ANGLES = ("azimuth", "elevation")


@final
@dataclass(frozen=True)
class DirectionOutput(OutputFormat):
    """Of unit vectors (3,): x ahead, y to the left, z up.

    Azimuth and, where it is known, elevation in degrees; beside them the true ones, as the data
    has them, whatever the array can tell.
    """

    elevation: bool
    per_window = True

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        row = self._angles(decoded.tolist())
        if target is not None:
            true = self._angles(target.tolist()[:3])
            row |= {f"true_{name}": angle for name, angle in true.items()}
        return row

    def _angles(self, direction: Sequence[float]) -> Row:
        """The angles of a vector (3,), by name."""
        x, y, z = direction
        row: Row = {"azimuth": round(degrees(atan2(y, x)), 2)}
        if self.elevation:
            row["elevation"] = round(degrees(atan2(z, hypot(x, y))), 2)
        return row

    def to_words(self, row: Row) -> list[str]:
        return [f"{name} {row[name]:.0f}°" for name in _ANGLES if name in row]
