"""Scenes: a room, an array of microphones, one source that talks or hisses, noise. All is drawn, scene by scene.

B scenes, M microphones, T samples. Scene i is the same on every machine and in any batch: each has a seed of its own.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from auris.acoustics.arrays import Array, rotate_azimuth
from auris.acoustics.diffuse_noise import diffuse_noise, scale_to_snr
from auris.acoustics.image_source import (
    LEAD_SAMPLES,
    Rooms,
    check_rooms,
    complete_order,
    impulse_responses,
)
from auris.acoustics.reverberation import (
    measured_rt60,
    sabine_absorption,
    spread_absorption,
)
from auris.core.errors import UserError
from auris.data.simulation.dry_signals import Dry
from auris.data.simulation.rendering import Heard, convolved, loud, play, white

Law = (
    float | Sequence[float]
)  # a value, or the two ends of a range that it is drawn from, evenly


Responses = Callable[[Rooms, int, int], Tensor]  # (rooms, sample rate, L) -> (B, M, L)


DECAY = 0.85  # of the RT60 asked for: how long responses are, about 40 dB of what they turn out to decay


MARGIN = (
    0.1  # m, the least distance of a source to a wall, and of what is round an array
)


MOST = 0.99  # that all walls together absorb


DRAWS = 1000  # in which a place for a source has to be found


@dataclass(frozen=True)
class Laws:
    """What scenes are drawn from. Raises `UserError` for what is neither a number nor a range.

    Args:
        room: lengths, widths and heights of rooms in m.
        rt60: reverberation times in s that Sabine's formula promises; what comes out is measured.
        uneven: how much the absorption of walls differs: 0 not at all, 1 by a factor of e, and its inverse.
        distance: from array to source in m.
        source_height, array_height: in m.
        snr: of the sound to the microphones' own noise, in dB.
        diffuse_snr: of the sound to noise from everywhere, in dB; None: there is none.
        before: how long before the scene its sound begins, in s; 0: the room is quiet before.
    """

    room: Sequence[Law]
    rt60: Law
    uneven: float
    distance: Law
    source_height: Law
    array_height: Law
    snr: Law
    diffuse_snr: Law | None
    before: Law

    def __post_init__(self) -> None:
        if len(self.room) != 3:
            raise UserError(
                f"data.room={list(self.room)} should be three laws: of length, width and height, in m."
            )
        for name in (
            "rt60",
            "distance",
            "source_height",
            "array_height",
            "snr",
            "diffuse_snr",
            "before",
        ):
            check_law(name, getattr(self, name))
        for law in self.room:
            check_law("room", law)
        if least(self.rt60) <= 0 or least(self.distance) <= 0 or least(self.before) < 0:
            raise UserError(
                "data.rt60 and data.distance should be above 0, and data.before not below."
            )


def check_law(name: str, law: Law | None) -> None:
    if isinstance(law, int | float) or (law is None and name == "diffuse_snr"):
        return
    if law is None or len(law) != 2 or not law[0] <= law[1]:
        raise UserError(
            f"data.{name}={law} should be a number, or a range as in [0.2,0.8]."
        )


def least(law: Law) -> float:
    return law if isinstance(law, int | float) else law[0]


def drawn(rng: np.random.Generator, law: Law) -> float:
    return law if isinstance(law, int | float) else rng.uniform(law[0], law[1])


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

    def drawing(self) -> str:
        """What a picture needs, in m and degrees: size of the room, places of source and array, its azimuth."""
        return " ".join(
            f"{value:.3f}"
            for value in (*self.size, *self.source, *self.centre, self.azimuth)
        )


def draw(rng: np.random.Generator, laws: Laws, reach: float) -> Scene:
    """A scene for an array that reaches so many m from its middle. Raises `UserError` where no place is found.

    Places are drawn until both are in the room, so that small rooms hold near sources more often than the laws say.
    """
    size = np.array([drawn(rng, side) for side in laws.room])
    weight = np.exp(laws.uneven * rng.uniform(-1, 1, 6))
    azimuth, rt60, snr, before = (
        rng.uniform(-180, 180),
        *(drawn(rng, law) for law in (laws.rt60, laws.snr, laws.before)),
    )
    diffuse_snr = np.inf if laws.diffuse_snr is None else drawn(rng, laws.diffuse_snr)
    for _ in range(DRAWS):
        centre, source = places(rng, laws, size)
        if inside(source, size, MARGIN) and inside(centre, size, MARGIN + reach):
            return Scene(
                size, weight, source, centre, azimuth, rt60, snr, diffuse_snr, before
            )
    raise UserError(
        "No array with a source at data.distance fits into the rooms; make data.room larger, data.distance "
        "less, or change data.array_height or data.source_height."
    )


def inside(place: np.ndarray, size: np.ndarray, margin: float) -> bool:
    return bool(((place > margin) & (place < size - margin)).all())


def places(
    rng: np.random.Generator, laws: Laws, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Where (3,) in m an array and a source might be, perhaps outside of the room."""
    centre = np.array(
        [
            *(MARGIN + rng.random(2) * (size[:2] - 2 * MARGIN)),
            drawn(rng, laws.array_height),
        ]
    )
    height, turn = drawn(rng, laws.source_height), rng.uniform(0, 2 * np.pi)
    level = (
        drawn(rng, laws.distance) ** 2 - (height - centre[2]) ** 2
    )  # m^2; below 0 it is nearer than it is high
    away = np.sqrt(level) if level > 0 else np.nan
    return centre, np.array(
        [centre[0] + away * np.cos(turn), centre[1] + away * np.sin(turn), height]
    )


def image_source(rooms: Rooms, sample_rate: int, length: int) -> Tensor:
    """Responses (B, M, L) with all images that arrive in time."""
    return impulse_responses(
        rooms, sample_rate, length, complete_order(rooms.size, length, sample_rate)
    )


class Simulator:
    """Makes scenes heard.

    Args:
        array: of microphones, level and turned to anywhere.
        sample_rate: in Hz.
        samples: T of a scene.
        dry: what sounds; each scene draws one of them.
        responses: the simulator of rooms.
    """

    def __init__(
        self,
        array: Array,
        sample_rate: int,
        samples: int,
        dry: Sequence[Dry],
        responses: Responses = image_source,
    ):
        self.array, self.rate, self.samples, self.dry = array, sample_rate, samples, dry
        self.simulated = responses

    def __call__(
        self,
        rngs: Sequence[np.random.Generator],
        laws: Sequence[Laws],
        device: torch.device,
    ) -> tuple[Heard, list[Scene]]:
        """A scene of each generator by each law (B of them), simulated on `device`."""
        reach = float(self.array.microphones.norm(dim=1).max())
        scenes = [draw(rng, law, reach) for rng, law in zip(rngs, laws, strict=True)]
        size, weight, source, centre, azimuth, rt60, snr, diffuse_snr, before = columns(
            scenes, device
        )
        microphones = self.array.place(centre, azimuth)  # (B, M, 3)
        absorption = spread_absorption(
            sabine_absorption(size, rt60).clamp_max(MOST), weight, size
        )  # (B, 6)
        responses = self.responses(
            Rooms(size, absorption, source, microphones), rt60
        )  # (B, M, L)
        sounds = [
            play(self.dry, rng, float(seconds), self.samples, self.rate)
            for rng, seconds in zip(rngs, before, strict=True)
        ]
        clean = convolved(sounds, responses, self.samples)  # (B, M, T)
        noise = white(rngs, 2, *clean.shape[1:]).to(
            device
        )  # (B, 2, M, T): of the room and of the microphones
        around = diffuse_noise(noise[:, 0], self.array.microphones, self.rate)
        wave = (
            clean
            + scale_to_snr(around, clean, diffuse_snr)
            + scale_to_snr(noise[:, 1], clean, snr)
        )
        away = source - centre  # (B, 3)
        seen = rotate_azimuth(away / away.norm(dim=-1, keepdim=True), -azimuth)
        conditions = torch.stack(
            [measured_rt60(responses[:, 0], self.rate), snr, away.norm(dim=-1)], 1
        )
        return Heard(loud(wave), seen, conditions), scenes

    def length(self, rt60: float) -> int:
        """Samples L of a response."""
        return round(DECAY * rt60 * self.rate) + LEAD_SAMPLES

    def responses(self, rooms: Rooms, rt60: Tensor) -> Tensor:
        """Impulse responses (B, M, L), silent where those of other rooms of the batch are longer."""
        lengths = torch.tensor(
            [self.length(float(seconds)) for seconds in rt60], device=rt60.device
        )
        longest = int(lengths.max())
        responses = self.simulated(check_rooms(rooms), self.rate, longest)
        return (
            responses
            * (torch.arange(longest, device=rt60.device) < lengths[:, None])[:, None]
        )


def columns(scenes: Sequence[Scene], device: torch.device) -> Iterator[Tensor]:
    """Each fact of all scenes, (B, ...)."""
    return (
        torch.from_numpy(np.stack(facts)).float().to(device)
        for facts in zip(*scenes, strict=True)
    )
