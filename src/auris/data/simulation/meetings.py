"""Meetings: people who take turns in a room, each at a place, and who spoke when.

T samples of a meeting, S speakers, L of a response.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, final

import numpy as np
import torch
from scipy.signal import fftconvolve, lfilter

from auris.acoustics.image_source import (
    LEAD_SAMPLES,
    Rooms,
    check_rooms,
    complete_order,
    impulse_responses,
)
from auris.acoustics.quantities import Decibels
from auris.acoustics.reverberation import sabine_absorption
from auris.core.instantiate import Buildable
from auris.core.ranges import Range, Seed
from auris.data.simulation.scenes import (
    Distance,
    Drawn,
    RoomSize,
    Rt60,
    Snr,
    check_order,
    sample,
)
from auris.data.simulation.talkers import draw_talkers, list_voices
from auris.data.simulation.turn_taking import TurnLaws
from auris.data.splits import SPLITS
from auris.data.turns import Turn, merge_spans, merge_turns

_RATE = 16000  # Hz
_PEAK = 0.9  # of full scale
_DECAY = 0.85  # of the RT60: how long responses are
_MARGIN = 0.3  # m from people to walls
_MAX_ABSORPTION = 0.99

_BRIDGED = 0.5  # s; shorter pauses of a speaker are speech in the reference

# 1/f by Kellet's filter, within 0.5 dB: Smith (2011), Spectral audio signal processing, appendix
_PINK_B = (0.049922035, -0.095993537, 0.050612699, -0.004408786)
_PINK_A = (1.0, -2.494956002, 2.017265875, -0.522189400)


class Meeting(NamedTuple):
    """A meeting, and who spoke when."""

    wave: np.ndarray  # (T,)
    turns: list[Turn]


@final
@dataclass(frozen=True)
class MeetingSimulator(Buildable):
    """Makes meetings by their numbers; each is the same whichever others are made.

    Args:
        duration: s.
        speakers: of a meeting, a number or a range.
        voices: a folder of speakers, see `list_voices`; None: built-in voices.
        split: whose voices talk.
        laws: of turns.
        room: lengths, widths and heights in m.
        rt60: s, by Sabine's formula.
        distance: of people to the microphone, in m.
        level: of people, in dB to each other.
        snr: of speech to the noise, in dB.
        seed: other numbers give other meetings.
    """

    duration: Annotated[float, Range(5, 36_000)]
    speakers: Drawn[Annotated[int, Range(1, 20)]]
    voices: str | None
    split: Literal["train", "val", "test"]
    laws: TurnLaws
    room: RoomSize
    rt60: Rt60
    distance: Distance
    level: Drawn[Decibels]
    snr: Snr
    seed: Seed

    def __post_init__(self) -> None:
        for name in ("speakers", "rt60", "distance", "level", "snr"):
            check_order(name, getattr(self, name))
        for side in self.room:
            check_order("room", side)

    @property
    def sample_rate(self) -> int:
        return _RATE

    def make_meeting(self, index: int) -> Meeting:
        """Meeting `index`. Raises `UserError` where there are too few voices."""
        rng = np.random.default_rng([self.seed, SPLITS.index(self.split), index])
        low, high = np.broadcast_to(np.array(self.speakers), 2)
        number = int(rng.integers(low, high + 1))
        voices = list_voices(self.voices, self.split)
        talkers = draw_talkers(voices, number, rng)
        responses = self._draw_responses(rng, number)  # (S, L)
        gains = [10 ** (sample(rng, self.level) / 20) for _ in talkers]
        plans = self.laws.draw_plans(rng, number, self.duration)
        wave = np.zeros(round(self.duration * _RATE), dtype=np.float32)
        turns = []
        for plan in plans:
            talker = talkers[plan.speaker]
            speech = talker.say(rng, plan.seconds, _RATE)
            turns += _find_turns(speech.is_spoken, plan.start, talker.name)
            wet = fftconvolve(speech.wave, responses[plan.speaker])
            _add_sound(wave, gains[plan.speaker] * wet, plan.start)
        turns = merge_turns(turns, _BRIDGED)
        noisy = wave + _make_noise(rng, wave, turns, sample(rng, self.snr))
        return Meeting(noisy * (_PEAK / np.abs(noisy).max()), turns)

    def _draw_responses(self, rng: np.random.Generator, number: int) -> np.ndarray:
        """Responses (S, L) of a room from people round a microphone, which begin at once."""
        size = np.array([sample(rng, side) for side in self.room])
        seconds = sample(rng, self.rt60)
        centre = np.array([*(size[:2] / 2), 0.8])
        places = _draw_places(rng, size, centre, number, self.distance)
        rows = torch.tensor(np.tile(size, (number, 1))).float()
        rt60 = torch.full((number,), seconds)
        absorption = sabine_absorption(rows, rt60).clamp_max(_MAX_ABSORPTION)
        microphone = torch.tensor(np.tile(centre, (number, 1, 1))).float()
        rooms = check_rooms(
            Rooms(
                rows,
                absorption[:, None].expand(-1, 6),
                torch.tensor(places).float(),
                microphone,
            )
        )
        length = round(_DECAY * seconds * _RATE) + LEAD_SAMPLES
        order = complete_order(rooms.size, length, _RATE)
        responses = impulse_responses(rooms, _RATE, length, order)[:, 0].numpy()
        return np.stack([_align_response(response) for response in responses])


def _draw_places(
    rng: np.random.Generator,
    size: np.ndarray,
    centre: np.ndarray,
    number: int,
    distance: Distance,
) -> np.ndarray:
    """Where (S, 3) people sit round a place (3,), in m, within a room (3,)."""
    turn = 2 * np.pi * (np.arange(number) + rng.uniform(0, 0.6, number)) / number
    away = np.array([sample(rng, distance) for _ in range(number)])
    flat = centre[:2] + away[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    flat = flat.clip(_MARGIN, size[:2] - _MARGIN)
    height = rng.uniform(1.0, 1.4, number)
    return np.column_stack([flat, height])


def _align_response(response: np.ndarray) -> np.ndarray:
    """A response (L,) of unit energy whose loudest sample, the direct sound, comes at once."""
    first = int(np.abs(response).argmax())
    aligned = np.pad(response[first:], (0, first))
    return aligned / np.sqrt(np.square(aligned).sum())


def _find_turns(is_spoken: np.ndarray, start: float, speaker: str) -> list[Turn]:
    """When somebody speaks, of whether each sample (T',) from `start` in s on is speech."""
    edges = np.flatnonzero(np.diff(is_spoken, prepend=False, append=False))
    times = start + edges.reshape(-1, 2) / _RATE
    return [Turn(first, last, speaker) for first, last in times.tolist()]


def _add_sound(wave: np.ndarray, sound: np.ndarray, start: float) -> None:
    """Add a sound (T',) to a wave (T,) from `start` in s on, as far as it goes."""
    first = round(start * _RATE)
    count = min(len(sound), len(wave) - first)
    wave[first : first + count] += sound[:count].astype(np.float32)


def _make_noise(
    rng: np.random.Generator, wave: np.ndarray, turns: Sequence[Turn], snr: float
) -> np.ndarray:
    """Pink noise (T,) that is `snr` dB weaker than a wave (T,) where somebody speaks."""
    white = rng.standard_normal(len(wave), dtype=np.float32)
    pink = lfilter(_PINK_B, _PINK_A, white).astype(np.float32)
    spans = merge_spans(turn[:2] for turn in turns)
    spoken = np.concatenate(
        [wave[round(a * _RATE) : round(b * _RATE)] for a, b in spans]
    )
    power = float(np.square(spoken).mean()) / float(np.square(pink).mean())
    return pink * np.float32(np.sqrt(power * 10 ** (-snr / 10)))
