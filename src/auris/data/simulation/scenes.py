"""Scenes: a room, an array of microphones, one source that talks or hisses, noise, all drawn.

B scenes, M microphones, T samples. Scene i is the same on every machine and in any batch: each
has a seed of its own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Annotated, NamedTuple, TypeAlias, TypeVar

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
from auris.acoustics.quantities import Decibels
from auris.acoustics.reverberation import (
    measured_rt60,
    sabine_absorption,
    spread_absorption,
)
from auris.core.errors import UserError
from auris.core.ranges import Length, Range
from auris.data.simulation.dry_signals import DrySignal
from auris.data.simulation.rendering import (
    RenderedScenes,
    convolve,
    draw_source_signal,
    peak_normalize,
    white_noise,
)

_Value = TypeVar("_Value")
# a value, or two ends between which it is drawn, evenly
Drawn: TypeAlias = _Value | Annotated[Sequence[_Value], Length(2, 2)]

RoomSize: TypeAlias = Annotated[
    Sequence[Drawn[Annotated[float, Range(1, 100)]]], Length(3, 3)
]  # m
Rt60: TypeAlias = Drawn[Annotated[float, Range(0.05, 5)]]  # s
Distance: TypeAlias = Drawn[Annotated[float, Range(0.05, 100)]]  # m
Height: TypeAlias = Drawn[Annotated[float, Range(0, 100)]]  # m
Snr: TypeAlias = Drawn[Decibels]
PreRoll: TypeAlias = Drawn[Annotated[float, Range(0, 60)]]  # s
Spread: TypeAlias = Annotated[float, Range(0, 5)]

Responses = Callable[[Rooms, int, int], Tensor]  # (rooms, sample rate, L) -> (B, M, L)

# of the RT60 asked for: how long responses are, about 40 dB of their decay
_DECAY = 0.85

# m, the least distance of a source to a wall, and of what is round an array
_MARGIN = 0.1

_MAX_ABSORPTION = 0.99  # of all walls together

_MAX_DRAWS = 1000  # in which a place for a source has to be found


@dataclass(frozen=True)
class SceneDistribution:
    """What scenes are drawn from. Raises `UserError` for ranges that end before they begin.

    Args:
        room: lengths, widths and heights of rooms in m.
        rt60: reverberation times in s that Sabine's formula promises; what comes out is measured.
        absorption_spread: how much the absorption of walls differs: 0 not at all, 1 by a factor
            of e, and its inverse.
        distance: from array to source in m.
        source_height, array_height: in m.
        snr: of the sound to the microphones' own noise, in dB.
        diffuse_snr: of the sound to noise from everywhere, in dB; None: there is none.
        pre_roll: how long before the scene its sound begins, in s; 0: the room is quiet before.
    """

    room: RoomSize
    rt60: Rt60
    absorption_spread: Spread
    distance: Distance
    source_height: Height
    array_height: Height
    snr: Snr
    diffuse_snr: Snr | None
    pre_roll: PreRoll

    def __post_init__(self) -> None:
        for side in self.room:
            check_order("data.room", side)
        for field in fields(self):
            if field.name != "room":
                check_order(f"data.{field.name}", getattr(self, field.name))


def check_order(key: str, values: Drawn[float] | None) -> None:
    """Raise `UserError` for two ends of which the first is the larger."""
    if isinstance(values, Sequence) and values[0] > values[1]:
        raise UserError(
            f"{key}={list(values)} should begin with the smaller, as in [0.2,0.8]."
        )


def sample(rng: np.random.Generator, values: Drawn[float]) -> float:
    return (
        values if isinstance(values, int | float) else rng.uniform(values[0], values[1])
    )


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
    pre_roll: float  # s

    def serialize(self) -> str:
        """What a picture needs, in m and degrees: size, places of source and array, its azimuth."""
        numbers = (*self.size, *self.source, *self.centre, self.azimuth)
        return " ".join(f"{number:.3f}" for number in numbers)


def draw_scene(
    rng: np.random.Generator, distribution: SceneDistribution, reach: float
) -> Scene:
    """A scene for an array that reaches so many m from its middle.

    Places are drawn until both are in the room, so that small rooms hold near sources more often
    than the distribution says. Raises `UserError` where no place is found.
    """
    size = np.array([sample(rng, side) for side in distribution.room])
    weight = np.exp(distribution.absorption_spread * rng.uniform(-1, 1, 6))
    azimuth = rng.uniform(-180, 180)
    rt60 = sample(rng, distribution.rt60)
    snr = sample(rng, distribution.snr)
    pre_roll = sample(rng, distribution.pre_roll)
    diffuse_snr = np.inf
    if distribution.diffuse_snr is not None:
        diffuse_snr = sample(rng, distribution.diffuse_snr)
    source, centre = _draw_places(rng, distribution, size, reach)
    return Scene(
        size, weight, source, centre, azimuth, rt60, snr, diffuse_snr, pre_roll
    )


def _draw_places(
    rng: np.random.Generator,
    distribution: SceneDistribution,
    size: np.ndarray,
    reach: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Where (3,) in m a source and an array are, both in the room."""
    for _ in range(_MAX_DRAWS):
        centre = _draw_centre(rng, distribution, size)
        source = _draw_source(rng, distribution, centre)
        if _is_inside(source, size, _MARGIN) and _is_inside(
            centre, size, _MARGIN + reach
        ):
            return source, centre
    raise UserError(
        "No array with a source at data.distance fits into the rooms; make data.room larger, "
        "data.distance less, or change data.array_height or data.source_height."
    )


def _is_inside(place: np.ndarray, size: np.ndarray, margin: float) -> bool:
    return bool(((place > margin) & (place < size - margin)).all())


def _draw_centre(
    rng: np.random.Generator, distribution: SceneDistribution, size: np.ndarray
) -> np.ndarray:
    """Where (3,) in m the middle of an array might be."""
    floor = _MARGIN + rng.random(2) * (size[:2] - 2 * _MARGIN)
    return np.array([*floor, sample(rng, distribution.array_height)])


def _draw_source(
    rng: np.random.Generator, distribution: SceneDistribution, centre: np.ndarray
) -> np.ndarray:
    """Where (3,) in m a source might be, perhaps outside of the room."""
    height = sample(rng, distribution.source_height)
    turn = rng.uniform(0, 2 * np.pi)
    rise = height - centre[2]
    squared = sample(rng, distribution.distance) ** 2 - rise**2
    # below 0 it is nearer than it is high
    away = np.sqrt(squared) if squared > 0 else np.nan
    x = centre[0] + away * np.cos(turn)
    y = centre[1] + away * np.sin(turn)
    return np.array([x, y, height])


def image_source(rooms: Rooms, sample_rate: int, length: int) -> Tensor:
    """Responses (B, M, L) with all images that arrive in time."""
    order = complete_order(rooms.size, length, sample_rate)
    return impulse_responses(rooms, sample_rate, length, order)


class SceneSimulator:
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
        dry: Sequence[DrySignal],
        responses: Responses = image_source,
    ):
        self.array = array
        self.rate = sample_rate
        self.samples = samples
        self.dry = dry
        self.responses = responses

    def __call__(
        self,
        rngs: Sequence[np.random.Generator],
        distributions: Sequence[SceneDistribution],
        device: torch.device,
    ) -> tuple[RenderedScenes, list[Scene]]:
        """A scene of each generator by each distribution (B of them), simulated on `device`."""
        reach = float(self.array.microphones.norm(dim=1).max())
        pairs = zip(rngs, distributions, strict=True)
        scenes = [draw_scene(rng, distribution, reach) for rng, distribution in pairs]
        return self._render(rngs, scenes, device), scenes

    def _render(
        self,
        rngs: Sequence[np.random.Generator],
        scenes: Sequence[Scene],
        device: torch.device,
    ) -> RenderedScenes:
        batch = _Batch(
            *(_stack(values, device) for values in zip(*scenes, strict=True))
        )
        responses = self._respond(batch)  # (B, M, L)
        # (B, M, T)
        clean = convolve(self._draw_signals(rngs, batch), responses, self.samples)
        diffuse_noise, sensor_noise = self._draw_noise(rngs, clean, batch)
        wave = clean + diffuse_noise + sensor_noise
        away = batch.source - batch.centre  # (B, 3)
        distance = away.norm(dim=-1)
        ahead = away / away.norm(dim=-1, keepdim=True)
        direction = rotate_azimuth(ahead, -batch.azimuth)
        rt60 = measured_rt60(responses[:, 0], self.rate)
        conditions = torch.stack([rt60, batch.snr, distance], 1)
        return RenderedScenes(peak_normalize(wave), direction, conditions)

    def _draw_signals(
        self, rngs: Sequence[np.random.Generator], batch: "_Batch"
    ) -> list[Tensor]:
        """What sounds in each scene: (T',) each."""
        return [
            draw_source_signal(self.dry, rng, float(pre_roll), self.samples, self.rate)
            for rng, pre_roll in zip(rngs, batch.pre_roll, strict=True)
        ]

    def _draw_noise(
        self, rngs: Sequence[np.random.Generator], clean: Tensor, batch: "_Batch"
    ) -> tuple[Tensor, Tensor]:
        """Noises (B, M, T) of the room and of the microphones beside `clean` (B, M, T)."""
        white = white_noise(rngs, 2, *clean.shape[1:]).to(clean.device)  # (B, 2, M, T)
        around = diffuse_noise(white[:, 0], self.array.microphones, self.rate)
        around = scale_to_snr(around, clean, batch.diffuse_snr)
        own = scale_to_snr(white[:, 1], clean, batch.snr)
        return around, own

    def _respond(self, batch: "_Batch") -> Tensor:
        """Impulse responses (B, M, L), silent where those of other rooms are longer."""
        microphones = self.array.place(batch.centre, batch.azimuth)  # (B, M, 3)
        mean = sabine_absorption(batch.size, batch.rt60).clamp_max(_MAX_ABSORPTION)
        absorption = spread_absorption(mean, batch.weight, batch.size)  # (B, 6)
        rooms = check_rooms(Rooms(batch.size, absorption, batch.source, microphones))
        seconds = batch.rt60.tolist()
        lengths = torch.tensor(
            [self._length(rt60) for rt60 in seconds], device=batch.rt60.device
        )
        longest = int(lengths.max())
        responses = self.responses(rooms, self.rate, longest)
        # (B, L)
        inside = torch.arange(longest, device=lengths.device) < lengths[:, None]
        return responses * inside[:, None]

    def _length(self, rt60: float) -> int:
        """Samples L of a response."""
        return round(_DECAY * rt60 * self.rate) + LEAD_SAMPLES


class _Batch(NamedTuple):
    """The facts of B scenes, as those of `Scene`."""

    size: Tensor  # (B, 3)
    weight: Tensor  # (B, 6)
    source: Tensor  # (B, 3)
    centre: Tensor  # (B, 3)
    azimuth: Tensor  # (B,)
    rt60: Tensor  # (B,)
    snr: Tensor  # (B,)
    diffuse_snr: Tensor  # (B,)
    pre_roll: Tensor  # (B,)


def _stack(values: Sequence[np.ndarray | float], device: torch.device) -> Tensor:
    """One fact of all scenes: (B, ...)."""
    return torch.from_numpy(np.stack(values)).float().to(device)
