"""Scenes with one source each, as an array hears them: simulated once and kept in the store."""

import hashlib
import json
import math
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np

from auris.acoustics.arrays import Array, azimuth_elevation
from auris.core.errors import UserError
from auris.core.ranges import Count, Length, Seed
from auris.data.settings import Duration
from auris.data.simulation.dry_signals import DrySignal, list_sizes, load_dry_signals
from auris.data.simulation.rendering import RenderedScenes
from auris.data.simulation.simulator import ClipSimulator, SimulatedClip
from auris.data.simulation.writer import write_folder
from auris.data.sources.base import Collection, Source
from auris.data.splits import SPLITS
from auris.data.tables import read_table


class SceneRow(NamedTuple):
    """What the table says of a scene, besides its direction and conditions."""

    section: str
    group: str
    scene: str  # as drawn, see `Scene.serialize`


@dataclass(frozen=True)
class Scenes(Source):
    """Scenes that are made of numbers, the same on every machine: each has a seed of its own.

    Args:
        store: the folder of the clip store.
        array: of microphones.
        duration: of a scene in s.
        sounds: of "talk" and "bursts", what the sources are.
        dry_folder: of dry recordings to take instead; none of them sounds in two splits.
        train_size, val_size, test_size: scenes.
        simulation_seed: other numbers give other scenes.
    """

    name: ClassVar[str]  # of the folder
    about: ClassVar[str]
    version: ClassVar[int]  # raised whenever the same settings would give other scenes
    inert: ClassVar[tuple[str, ...]] = (
        "store",
        "array",
    )  # settings not in the folder's hash

    store: str
    array: Array | None
    duration: Duration
    sounds: Annotated[Sequence[Literal["talk", "bursts"]], Length(1, 100)]
    dry_folder: str | None
    train_size: Count
    val_size: Count
    test_size: Count
    simulation_seed: Seed

    def __post_init__(self) -> None:
        if self.array is None:
            raise UserError(
                "Scenes are heard by an array of microphones; choose one, as in array=circular6."
            )

    @property
    def microphones(self) -> Array:
        assert self.array is not None  # see __post_init__
        return self.array

    @property
    @abstractmethod
    def rate(self) -> int:
        """Sample rate in Hz."""

    @abstractmethod
    def dependencies(self) -> dict[str, Any]:
        """What scenes depend on besides the settings."""

    @abstractmethod
    def render_scene(self, split: str, number: int) -> tuple[RenderedScenes, SceneRow]:
        """A scene of a split, as a batch of one."""

    @cached_property
    def dry(self) -> dict[str, list[DrySignal]]:
        """What sounds in each split."""
        return load_dry_signals(self.sounds, self.dry_folder)

    @property
    def samples(self) -> int:
        """T of a scene."""
        return round(self.duration * self.rate)

    @property
    def sizes(self) -> dict[str, int]:
        """How many scenes each split has."""
        return {"train": self.train_size, "val": self.val_size, "test": self.test_size}

    def collect(self) -> Collection:
        table = write_folder(self.folder, _SceneClips(self))
        about = f"SIMULATED {self.about}; to hear them: {self.folder}"
        return Collection(read_table(table), "simulated", about)

    @property
    def folder(self) -> Path:
        """Where these scenes are kept: under a hash of all that they depend on."""
        names = [field.name for field in fields(self) if field.name not in self.inert]
        settings = {name: getattr(self, name) for name in names}
        if self.dry_folder:
            settings["dry_folder"] = list_sizes(self.dry_folder)
        content = [self.version, {**settings, **self.dependencies()}]
        text = json.dumps(content, default=dict)
        digest = hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
        return Path(self.store) / "simulated" / self.name / digest

    def rngs(
        self, split: str, seeds: Sequence[Sequence[int]]
    ) -> list[np.random.Generator]:
        """A generator for each scene of a split."""
        first = [self.simulation_seed, SPLITS.index(split)]
        return [np.random.default_rng([*first, *seed]) for seed in seeds]


class _SceneClips(ClipSimulator):
    """The scenes of all splits, one after the other."""

    columns = (
        "azimuth",
        "elevation",
        "rt60",
        "snr",
        "distance",
        "section",
        "split",
        "group",
        "scene",
    )

    def __init__(self, source: Scenes):
        self.source = source
        self.sample_rate = source.rate
        sizes = source.sizes.items()
        self.scenes = [
            (split, number) for split, size in sizes for number in range(size)
        ]

    def __len__(self) -> int:
        return len(self.scenes)

    def make_clip(self, index: int) -> SimulatedClip:
        split, number = self.scenes[index]
        rendered, row = self.source.render_scene(split, number)
        numbers = (*azimuth_elevation(rendered.direction[0]), *rendered.conditions[0])
        cells = [_format_cell(float(value)) for value in numbers]
        name = name_scene(split, number)
        columns = [name, *cells, row.section, split, row.group, row.scene]
        return SimulatedClip(columns, rendered.wave[0].T.numpy())


def _format_cell(value: float) -> float | str:
    """A number of the table; a dry room has no reverberation time."""
    return "" if math.isnan(value) else round(value, 4)


def name_scene(split: str, number: int) -> str:
    return f"{split}_{number:05}"
