"""Anomaly scores, read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import final

from auris.tasks.output import Array, OutputFormat, Row, first_words

_ALARM_WORDS = {"yes": "ALARM", "no": ""}


@final
@dataclass(frozen=True)
class ScoreOutput(OutputFormat):
    """Of anomaly scores (1 + S, K) of a clip and of its S seconds, as one of each of K sections.

    Args:
        sections: their names.
        calibrated: whether a score above 1 is an alarm.
    """

    sections: Sequence[str]
    calibrated: bool
    requires_full_band = True
    per_window = True
    reads_silence = True

    def split_in_time(self, decoded: Array) -> Sequence[Array]:
        return list(decoded[1:, None])  # (1, K) each

    def to_row(self, decoded: Array, target: Array = None) -> Row:
        """The score of its own section, or where that is not known of the one it is most like."""
        section = int(decoded[0].argmin() if target is None else target[1])
        score = float(decoded[0, section])
        row: Row = {"score": round(score, 6)}
        if self.calibrated:
            row["alarm"] = "yes" if score > 1 else "no"
        if len(self.sections) > 1:
            row["section"] = self.sections[section]
        return row

    def to_words(self, row: Row) -> list[str]:
        return first_words(row)

    def merge_rows(self, rows: Iterable[Row]) -> Iterator[Row]:
        """An alarm that lasts is one row, and so is the quiet between two; the highest score."""
        for (_, alarm), alike in groupby(
            rows, key=lambda row: (row["path"], row.get("alarm"))
        ):
            if alarm is None:
                yield from alike
            else:
                yield _merge_alike(list(alike), alarm)


def _merge_alike(rows: Sequence[Row], alarm: str) -> Row:
    highest = max(rows, key=lambda row: row["score"])
    return {
        **highest,
        "start": rows[0]["start"],
        "stop": rows[-1]["stop"],
        "score": f"score up to {highest['score']:.2f}",
        "alarm": _ALARM_WORDS[alarm],
    }
