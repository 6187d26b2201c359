"""Scenes: a room, an array of microphones, one source that talks or hisses, noise. All is drawn, scene by scene.

B scenes, M microphones, T samples. Scene i is the same on every machine and in any batch: each has a seed of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F
from torchaudio.functional import fftconvolve

from auris.arrays import Array
from auris.errors import UserError
from auris.simulate.diffuse import at_snr, diffuse
from auris.simulate.reverberation import measured_rt60, sabine, uneven
from auris.simulate.shoebox import LEAD, Rooms, check, complete_order, impulse_responses

Range = Sequence[float]  # the least and the largest of what is drawn evenly between them
Dry = Callable[[np.random.Generator, float, int], np.ndarray]  # (rng, seconds, rate) -> (T,)
DECAY = 0.85  # of the RT60 asked for: how long responses are, about 40 dB of what they turn out to decay
MARGIN = 0.1  # m, the least distance of anything to a wall
MOST = 0.99  # that all walls together absorb
HEARD = 0.3  # of the level of a sound as a whole, at least, that it has in the scene
DRAWS = 1000  # in which a place for a source has to be found


@dataclass(frozen=True)
class Laws:
    """What scenes are drawn from; evenly between the two ends of each range.

    Args:
        size: lengths, widths and heights of rooms in m.
        rt60: reverberation times in s that Sabine's formula promises; what comes out is measured.
        uneven: how much the absorption of walls differs: 0 not at all, 1 by a factor of e, and its inverse.
        distance: from array to source in m.
        source_height, array_height: in m.
        snr: of the sound to the microphones' own noise, in dB.
        diffuse_snr: of the sound to noise from everywhere, in dB; None: there is none.
        before: how long before the scene the sound begins, in s; 0: the room is quiet before.
    """

    size: Sequence[Range]
    rt60: Range
    uneven: float
    distance: Range
    source_height: Range
    array_height: Range
    snr: Range
    diffuse_snr: Range | None = None
    before: Range = (0.0, 0.5)


class Scene(NamedTuple):
    """What is drawn of one scene, besides its sounds."""

    size: np.ndarray  # (3,) in m
    weight: np.ndarray  # (6,) of the walls' absorption
    source: np.ndarray  # (3,) in m
    centre: np.ndarray  # (3,) in m, of the array
    azimuth: float  # degrees by which the array is turned
    rt60: float  # s, asked for
    snr: float  # dB
    diffuse_snr: float  # dB
    before: float  # s


class Heard(NamedTuple):
    """Some scenes as an array hears them."""

    wave: Tensor  # (B, M, T), of unit power
    direction: Tensor  # (B, 3) unit vectors to the source, as seen from the array
    rt60: Tensor  # (B,) in s, measured on the responses
    snr: Tensor  # (B,) in dB
    distance: Tensor  # (B,) in m


def draw(rng: np.random.Generator, laws: Laws) -> Scene:
    """A scene. Raises `UserError` where no place for a source is found."""
    size = np.array([rng.uniform(*side) for side in laws.size])
    weight = np.exp(laws.uneven * rng.uniform(-1, 1, 6))
    facts = rng.uniform(-180, 180), rng.uniform(*laws.rt60), rng.uniform(*laws.snr)
    noise = np.inf if laws.diffuse_snr is None else rng.uniform(*laws.diffuse_snr)
    for _ in range(DRAWS):
        centre = np.array([*(MARGIN + rng.random(2) * (size[:2] - 2 * MARGIN)), rng.uniform(*laws.array_height)])
        source = np.array([*centre[:2], rng.uniform(*laws.source_height)])
        level = rng.uniform(*laws.distance) ** 2 - (source[2] - centre[2]) ** 2
        turn = rng.uniform(0, 2 * np.pi)
        source[:2] += np.sqrt(max(level, 0)) * np.array([np.cos(turn), np.sin(turn)])
        if level > 0 and ((source > MARGIN) & (source < size - MARGIN)).all():
            return Scene(size, weight, source, centre, *facts, noise, rng.uniform(*laws.before))
    raise UserError("data: no source at data.distance fits into the rooms; make data.room larger or the distance less.")


class Simulator:
    """Makes scenes heard.

    Args:
        array: of microphones, level and turned to anywhere.
        sample_rate: in Hz.
        samples: T of a scene.
        dry: what sounds; each scene draws one of them.
    """

    def __init__(self, array: Array, sample_rate: int, samples: int, dry: Sequence[Dry]):
        self.array, self.rate, self.samples, self.dry = array, sample_rate, samples, dry

    def __call__(self, rngs: Sequence[np.random.Generator], laws: Sequence[Laws], device: torch.device) -> Heard:
        """A scene of each generator by each law (B of them), simulated on `device`."""
        scenes = [draw(rng, law) for rng, law in zip(rngs, laws, strict=True)]
        size, weight, source, centre, azimuth, rt60, snr, diffuse_snr, before = columns(scenes, device)
        microphones = self.array.place(centre, azimuth)  # (B, M, 3)
        absorption = uneven(sabine(size, rt60).clamp_max(MOST), weight, size)  # (B, 6)
        responses = self.responses(Rooms(size, absorption, source, microphones), rt60)  # (B, M, L)
        sounds = [self.sound(rng, float(seconds)) for rng, seconds in zip(rngs, before, strict=True)]
        clean = self.convolved(sounds, responses)  # (B, M, T)
        white = self.noise(rngs).to(device)  # (B, 2, M, T)
        around = diffuse(white[:, 0], self.array.microphones, self.rate)
        wave = clean + at_snr(around, clean, diffuse_snr) + at_snr(white[:, 1], clean, snr)
        away = source - centre  # (B, 3)
        seen = turned(away / away.norm(dim=-1, keepdim=True), -azimuth)
        rms = wave.square().mean((1, 2), keepdim=True).sqrt()
        return Heard(wave / rms, seen, measured_rt60(responses[:, 0], self.rate), snr, away.norm(dim=-1))

    def length(self, rt60: float) -> int:
        """Samples L of a response."""
        return round(DECAY * rt60 * self.rate) + LEAD

    def responses(self, rooms: Rooms, rt60: Tensor) -> Tensor:
        """Impulse responses (B, M, L), silent where those of other rooms of the batch are longer."""
        lengths = torch.tensor([self.length(float(seconds)) for seconds in rt60], device=rt60.device)
        longest = int(lengths.max())
        order = complete_order(rooms.size, longest, self.rate)
        responses = impulse_responses(check(rooms), self.rate, longest, order)
        return responses * (torch.arange(longest, device=rt60.device) < lengths[:, None])[:, None]

    def sound(self, rng: np.random.Generator, before: float) -> Tensor:
        """What sounds in a scene, and so many seconds before: (T',). It is no pause that the scene is in."""
        dry = self.dry[rng.integers(len(self.dry))]
        size = self.samples + round(before * self.rate)
        while True:
            sound = dry(rng, size / self.rate, self.rate)[:size]
            if sound[-self.samples :].std() > HEARD:
                return torch.from_numpy(sound).float()

    def convolved(self, sounds: Sequence[Tensor], responses: Tensor) -> Tensor:
        """The last T samples (B, M, T) of sounds (T',), one a scene, sent through responses (B, M, L)."""
        longest = max(map(len, sounds))
        padded = torch.stack([F.pad(sound, (longest - len(sound), 0)) for sound in sounds])
        return fftconvolve(padded.to(responses)[:, None], responses)[..., longest - self.samples : longest]

    def noise(self, rngs: Sequence[np.random.Generator]) -> Tensor:
        """Independent white noise (B, 2, M, T), for the room and for the microphones."""
        shape = 2, len(self.array.microphones), self.samples
        return torch.from_numpy(np.stack([rng.standard_normal(shape, dtype=np.float32) for rng in rngs]))


def columns(scenes: Sequence[Scene], device: torch.device) -> Iterator[Tensor]:
    """Each fact of all scenes, (B, ...)."""
    return (torch.from_numpy(np.stack(facts)).float().to(device) for facts in zip(*scenes, strict=True))


def turned(direction: Tensor, azimuth: Tensor) -> Tensor:
    """Directions (B, 3) turned by azimuths (B,) in degrees about the vertical."""
    x, y, z = direction.unbind(-1)
    cos, sin = azimuth.deg2rad().cos(), azimuth.deg2rad().sin()
    return torch.stack([cos * x - sin * y, sin * x + cos * y, z], -1)
