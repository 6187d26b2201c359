"""Errors of reconstruction, read."""

from dataclasses import dataclass
from typing import final

from auris.tasks.output import Array, OutputFormat, Row, first_words

_MIN_POWER = 1e-12


@final
@dataclass(frozen=True)
class ErrorOutput(OutputFormat):
    """Of the mean squared error of a reconstructed clip, and of its mean power, (2,)."""

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        error, power = decoded.tolist()
        explained = 1 - error / max(power, _MIN_POWER)
        return {
            "mean_squared_error": round(error, 6),
            "explained_variance": round(explained, 6),
        }

    def to_words(self, row: Row) -> list[str]:
        return first_words(row)
