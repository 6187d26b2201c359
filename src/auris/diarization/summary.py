"""Who spoke how much, and after whom."""

from typing import NamedTuple

from auris.data.turns import Turn, merge_spans, speakers_of
from auris.diarization.pipeline import Diarization


class Person(NamedTuple):
    """What one speaker did."""

    speaker: str
    seconds: float
    fraction: float  # of all that was spoken
    turns: int
    longest: float  # s
    sample: float  # s, where the turn begins that is surest to be his


class Summary(NamedTuple):
    """A meeting in numbers."""

    people: list[Person]
    spoken: float  # s in which anybody speaks
    followers: list[list[int]]  # of a row's speaker: how often each one spoke next
    changes: int


def summarize_turns(found: Diarization) -> Summary:
    """The numbers of a meeting; speakers in the order in which they first speak."""
    speakers = speakers_of(found.turns)
    spans = merge_spans(turn[:2] for turn in found.turns)
    spoken = sum(stop - start for start, stop in spans)
    total = sum(map(_length, found.turns))
    followers = [[0] * len(speakers) for _ in speakers]
    changes = 0
    for turn, after in zip(found.turns, found.turns[1:], strict=False):
        if turn.speaker != after.speaker:
            row = followers[speakers.index(turn.speaker)]
            row[speakers.index(after.speaker)] += 1
            changes += 1
    people = [_describe_person(found, speaker, total) for speaker in speakers]
    return Summary(people, spoken, followers, changes)


def _describe_person(found: Diarization, speaker: str, total: float) -> Person:
    rated = zip(found.turns, found.margins, strict=True)
    own = [(turn, margin) for turn, margin in rated if turn.speaker == speaker]
    lengths = [_length(turn) for turn, _ in own]
    # long and sure: what is to be heard of somebody
    clearest, _ = max(own, key=lambda pair: min(_length(pair[0]), 8.0) * pair[1])
    return Person(
        speaker,
        round(sum(lengths), 3),
        round(sum(lengths) / total, 4),
        len(own),
        round(max(lengths), 3),
        round(clearest.start, 3),
    )


def _length(turn: Turn) -> float:
    return turn.stop - turn.start
