"""Meows in three contexts, simulated: a stand-in for CatMeows (Ludovico et al., 2020).

Each owner has a cat, a room and a microphone. A context changes how a meow moves, within ranges
that overlap as those of real ones do: who is brushed murmurs, who is hungry asks with a rising
voice, who is alone calls long and loud. These ranges are assumptions.
"""

from dataclasses import dataclass, replace

import numpy as np

from auris.data.simulation.cats_babies import (
    CAT,
    Animal,
    Call,
    draw_recording,
    draw_room_response,
    draw_utterance,
    record_sound,
    render_calls,
)
from auris.data.simulation.signals import gain_of
from auris.data.simulation.simulator import ClipSimulator, Interval, SimulatedClip

_MEOWS: dict[str, Animal] = {
    "brushing": replace(CAT, span=(0.3, 0.7), onset=(0.0, 0.2), glide=(0.2, 0.6)),
    "isolation": replace(CAT, span=(0.7, 1.4), onset=(0.1, 0.5), peak=(0.2, 0.5)),
    "waiting_for_food": replace(CAT, span=(0.4, 1.0), peak=(0.5, 0.9)),
}
CONTEXTS = tuple(_MEOWS)
_ENDS: dict[str, Interval] = {  # octaves from the highest pitch of a meow to its last
    "brushing": (-0.4, -0.1),
    "isolation": (-0.7, -0.3),
    "waiting_for_food": (-0.2, 0.0),
}
_START: Interval = (0.05, 0.4)  # s, of a meow in its clip
_SNR: Interval = (15, 35)  # dB
_LEVEL: Interval = (-12, -0.5)  # dB, of the peak


@dataclass(frozen=True)
class MeowSimulator(ClipSimulator):
    """Makes meows of each owner's cat in each context by turns.

    Args:
        sample_rate: in Hz.
        duration: of a clip in s.
        seed: other numbers give other cats.
        owners: how many there are.
        takes: meows of each in each context.
    """

    columns = ("label", "group")

    sample_rate: int = 8000
    duration: float = 2.0
    seed: int = 0
    owners: int = 12
    takes: int = 4

    def __len__(self) -> int:
        return self.owners * len(CONTEXTS) * self.takes

    def make_clip(self, index: int) -> SimulatedClip:
        owner, context, take = self._locate(index)
        row = (f"{context}_{owner:02d}_{take}", context, f"owner_{owner:02d}")
        return SimulatedClip(row, self._simulate(index, owner, context))

    def _locate(self, index: int) -> tuple[int, str, int]:
        """Owner, context and take of a clip."""
        owner, rest = divmod(index, len(CONTEXTS) * self.takes)
        context, take = divmod(rest, self.takes)
        return owner, CONTEXTS[context], take

    def _simulate(self, index: int, owner: int, context: str) -> np.ndarray:
        """A meow (T,), |x| <= 1."""
        rng = np.random.default_rng([self.seed, 1, index])
        room_rng = np.random.default_rng([self.seed, 2, owner])
        # recordings of even numbers are of cats
        cat = draw_recording(2 * owner, self.seed)
        who = replace(cat, animal=_MEOWS[context], snr=rng.uniform(*_SNR))
        start = rng.uniform(*_START)
        call = _draw_end(draw_utterance(who, start, rng), context, rng)
        size = int(self.duration * self.sample_rate)
        dry = render_calls([call], who, size, self.sample_rate, rng)
        taps = draw_room_response(who, self.sample_rate, room_rng)
        wave = record_sound(dry, who, taps, self.sample_rate, rng)
        gain = gain_of(rng.uniform(*_LEVEL)) / np.abs(wave).max()
        return (wave * gain).astype(np.float32)


def _draw_end(call: Call, context: str, rng: np.random.Generator) -> Call:
    """The same meow with the last pitch of its context."""
    onset, peak, _ = call.octaves
    return replace(call, octaves=(onset, peak, peak + rng.uniform(*_ENDS[context])))
