"""Who speaks when in a meeting, drawn from laws."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, NamedTuple, final

import numpy as np

from auris.core.instantiate import Buildable
from auris.core.ranges import Range
from auris.data.simulation.scenes import Drawn, check_order, sample

_MIN_TURN = 0.7  # s
_MIN_OVERLAP = 0.2  # s
_MAX_OVERLAP = 0.4  # of a turn, that the next one may talk over


class Plan(NamedTuple):
    """That somebody starts to talk, and for how long."""

    start: float  # s
    seconds: float
    speaker: int


@final
@dataclass(frozen=True)
class TurnLaws(Buildable):
    """What turns are drawn from.

    Args:
        turn: median of the turns' lengths in s, which are log-normal.
        turn_spread: standard deviation of their logarithm.
        pause: mean of the exponential pauses between turns, in s.
        overlap: fraction of the time in which two talk at once.
        backchannels: short words of others within turns, a minute.
        backchannel: their lengths in s.
        dominance: how unevenly people talk: 0 all the same, 1 some twice as often as others.
    """

    turn: Annotated[float, Range(0.5, 300)]
    turn_spread: Annotated[float, Range(0, 3)]
    pause: Annotated[float, Range(0, 60)]
    overlap: Drawn[Annotated[float, Range(0, 0.5)]]
    backchannels: Annotated[float, Range(0, 60)]
    backchannel: Drawn[Annotated[float, Range(0.1, 10)]]
    dominance: Annotated[float, Range(0, 5)]

    def __post_init__(self) -> None:
        check_order("laws.overlap", self.overlap)
        check_order("laws.backchannel", self.backchannel)

    def draw_plans(
        self, rng: np.random.Generator, speakers: int, duration: float
    ) -> list[Plan]:
        """Turns within `duration` s, in the order in which they start.

        Everybody has one, if there is time. How much overlap there is, is steered: the next turn
        starts early where there was too little of it so far.
        """
        wanted = sample(rng, self.overlap)
        weights = np.exp(self.dominance * rng.normal(0, 0.5, speakers))
        order = rng.permutation(speakers).tolist()
        time = sample(rng, (0.2, 1.0))
        overlapped = 0.0
        plans: list[Plan] = []
        for speaker in _draw_speakers(rng, order, weights):
            turn = Plan(time, self._draw_length(rng), speaker)
            stop = turn.start + turn.seconds
            if stop > duration:
                break
            words = self._draw_backchannels(rng, turn, speakers)
            plans += [turn, *words]
            overlapped += sum(word.seconds for word in words)
            early = _draw_overlap(rng, turn) if overlapped < wanted * stop else 0.0
            overlapped += early
            time = stop - early if early else stop + rng.exponential(self.pause)
        return sorted(plans)

    def _draw_length(self, rng: np.random.Generator) -> float:
        length = self.turn * np.exp(self.turn_spread * rng.standard_normal())
        return max(_MIN_TURN, float(length))

    def _draw_backchannels(
        self, rng: np.random.Generator, turn: Plan, speakers: int
    ) -> list[Plan]:
        """What others say within a turn."""
        words = []
        for _ in range(rng.poisson(self.backchannels * turn.seconds / 60)):
            seconds = sample(rng, self.backchannel)
            room = turn.seconds - seconds
            if room > 0 and speakers > 1:
                other = _draw_other(rng, np.ones(speakers), turn.speaker)
                start = turn.start + rng.uniform(0, room)
                words.append(Plan(start, seconds, other))
        return words


def _draw_speakers(
    rng: np.random.Generator, order: Sequence[int], weights: np.ndarray
) -> Iterator[int]:
    """Who speaks: everybody in an order, then by weights (speakers,), nobody twice running."""
    yield from order
    speaker = order[-1]
    while True:
        speaker = _draw_other(rng, weights, speaker)
        yield speaker


def _draw_overlap(rng: np.random.Generator, turn: Plan) -> float:
    """How long before the end of a turn the next one starts, in s."""
    longest = max(_MIN_OVERLAP, _MAX_OVERLAP * turn.seconds)
    return rng.uniform(_MIN_OVERLAP, longest)


def _draw_other(rng: np.random.Generator, weights: np.ndarray, speaker: int) -> int:
    """Somebody else than `speaker`, if there is anybody, by weights (speakers,)."""
    if len(weights) == 1:
        return 0
    odds = weights.copy()
    odds[speaker] = 0
    return int(rng.choice(len(odds), p=odds / odds.sum()))
