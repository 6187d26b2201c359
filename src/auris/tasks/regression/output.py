"""Numbers with units and intervals, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from auris.tasks.output import Array, OutputFormat, Row


@final
@dataclass(frozen=True)
class NumberOutput(OutputFormat):
    """Of K numbers, each with the ends of its interval, (K, 3).

    Args:
        names: of the numbers.
        units: of each; empty where there is none.
        calibrated: whether the intervals mean something.
    """

    names: Sequence[str]
    units: Sequence[str]
    calibrated: bool

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        row: Row = {}
        for k, name in enumerate(self.names):
            value, low, high = decoded[k].tolist()
            row[name] = _shorten(value)
            if self.units[k]:
                row[f"{name}_unit"] = self.units[k]
            if self.calibrated:
                row |= {f"{name}_low": _shorten(low), f"{name}_high": _shorten(high)}
            if target is not None:
                row[f"true_{name}"] = _shorten(float(target[k]))
        return row

    def to_words(self, row: Row) -> list[str]:
        return [", ".join(map(self._tell(row), self.names))]

    def _tell(self, row: Row):
        def words(name: str) -> str:
            told = f"{name} {with_unit(row[name], row.get(f'{name}_unit', ''))}"
            if f"{name}_low" not in row:
                return told
            return f"{told} ({row[f'{name}_low']:.3g} to {row[f'{name}_high']:.3g})"

        return words


def with_unit(value: float, unit: str) -> str:
    """A number for people."""
    return f"{value:.3g} {unit}".rstrip()


def _shorten(value: float) -> float:
    """A number of six digits."""
    return float(f"{value:.6g}")
