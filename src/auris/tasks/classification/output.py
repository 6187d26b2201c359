"""Probabilities of classes, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from auris.tasks.output import Array, OutputFormat, Row, first_words


@final
@dataclass(frozen=True)
class ClassOutput(OutputFormat):
    """Of probabilities (K,) of classes."""

    classes: Sequence[str]

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        best = int(decoded.argmax())
        named = zip(self.classes, decoded.tolist(), strict=True)
        probabilities = {f"p_{name}": round(p, 6) for name, p in named}
        return {
            "class": self.classes[best],
            "probability": round(float(decoded[best]), 6),
            **probabilities,
        }

    def to_words(self, row: Row) -> list[str]:
        return first_words(row)
