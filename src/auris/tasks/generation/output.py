"""Errors of clips, read."""

from dataclasses import dataclass
from typing import final

from auris.tasks.output import Array, OutputFormat, Row, first_words


@final
@dataclass(frozen=True)
class MisfitOutput(OutputFormat):
    """Of how badly a clip fits, the first of the decoded numbers."""

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        return {"misfit": round(float(decoded[0]), 6)}

    def to_words(self, row: Row) -> list[str]:
        return first_words(row)
