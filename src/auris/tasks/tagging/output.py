"""Probabilities of labels, read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from auris.tasks.output import Array, OutputFormat, Row

_NOTHING = "nothing known"


@final
@dataclass(frozen=True)
class TagOutput(OutputFormat):
    """Of probabilities (K,) of labels that don't exclude each other.

    Args:
        classes: the labels.
        thresholds: from which on each is told.
        separator: what stands between labels.
    """

    classes: Sequence[str]
    thresholds: Sequence[float]
    separator: str

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        pairs = list(zip(self.classes, decoded.tolist(), strict=True))
        told = [
            name
            for (name, p), least in zip(pairs, self.thresholds, strict=True)
            if p >= least
        ]
        probabilities = {f"p_{name}": round(p, 6) for name, p in pairs}
        row: Row = {"tags": self.separator.join(told), **probabilities}
        if target is not None:
            true = zip(self.classes, target.tolist(), strict=True)
            row["true_tags"] = self.separator.join(name for name, on in true if on)
        return row

    def to_words(self, row: Row) -> list[str]:
        if not row["tags"]:
            return [_NOTHING]
        names = row["tags"].split(self.separator)
        return [", ".join(f"{name} ({row[f'p_{name}']:.2f})" for name in names)]
