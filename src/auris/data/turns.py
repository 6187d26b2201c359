"""Turns: who speaks from when to when."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Turn(NamedTuple):
    """A stretch in which somebody speaks."""

    start: float  # s
    stop: float  # s
    speaker: str


Span = tuple[float, float]  # start and stop in s


def speakers_of(turns: Iterable[Turn]) -> list[str]:
    """The speakers, in the order in which they first speak."""
    return list(dict.fromkeys(turn.speaker for turn in sorted(turns)))


def merge_spans(spans: Iterable[Span], gap: float = 0.0) -> list[Span]:
    """Spans of time in order, those that overlap or lie no more than `gap` s apart as one."""
    merged: list[Span] = []
    for start, stop in sorted(spans):
        if merged and start <= merged[-1][1] + gap:
            first, last = merged[-1]
            merged[-1] = (first, max(last, stop))
        else:
            merged.append((start, stop))
    return merged


def merge_turns(turns: Sequence[Turn], gap: float = 0.0) -> list[Turn]:
    """Turns in order; those of a speaker that overlap or lie no more than `gap` s apart as one."""
    merged = []
    for speaker in speakers_of(turns):
        spans = [turn[:2] for turn in turns if turn.speaker == speaker]
        merged += [Turn(*span, speaker) for span in merge_spans(spans, gap)]
    return sorted(merged)
