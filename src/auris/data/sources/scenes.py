"""Scenes with one source each, as an array hears them: simulated once and kept in the store."""

import hashlib
import json
import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np

from auris.acoustics.arrays import Array, azimuth_elevation
from auris.core.errors import UserError
from auris.data.clips import CONDITIONS, read_table
from auris.data.simulation.dry_signals import Dry, dry_sounds, listing
from auris.data.simulation.rendering import Heard
from auris.data.simulation.writer import write_parts
from auris.data.sources.base import Collection, Source
from auris.data.splits import SPLITS

COLUMNS = ",".join(
    ("azimuth", "elevation", *CONDITIONS, "section", "split", "group", "scene")
)


AT_ONCE = 20  # scenes that are done, or not, when a simulation is taken up again


class Note(NamedTuple):
    """What the table says of a scene, besides its direction and conditions."""

    section: str
    group: str
    drawing: str


@dataclass(frozen=True)
class Scenes(Source):
    """Scenes that are made of numbers: scene i of a set is the same on every machine, as each has a seed of its own.

    Args:
        store: the folder of the clip store.
        array: of microphones.
        duration: of a scene in s.
        sounds: of "talk" and "bursts", what the sources are.
        sources: a folder of dry recordings to take instead; none of them sounds in two sets.
        train_size, val_size, test_size: scenes.
        simulation_seed: other numbers give other scenes.
    """

    name: ClassVar[str]  # of the folder
    about: ClassVar[str]
    version: ClassVar[int]  # raised whenever the same settings would give other scenes
    inert: ClassVar[tuple[str, ...]] = (
        "store",
        "array",
        "sources",
    )  # settings that scenes do not depend on, as they are

    store: str
    array: Array | None
    duration: float
    sounds: Sequence[str]
    sources: str | None
    train_size: int
    val_size: int
    test_size: int
    simulation_seed: int

    def __post_init__(self) -> None:
        if self.array is None:
            raise UserError(
                "Scenes are heard by an array of microphones; choose one, as in array=circular6."
            )
        if self.simulation_seed < 0:
            raise UserError(
                f"data.simulation_seed={self.simulation_seed} should be 0 or more."
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
    def facts(self) -> dict[str, Any]:
        """What scenes depend on besides the settings."""

    @abstractmethod
    def scene(self, name: str, number: int) -> tuple[Heard, Note]:
        """A scene of a set, as a batch of one."""

    @cached_property
    def dry(self) -> dict[str, list[Dry]]:
        """What sounds in each set."""
        return dry_sounds(self.sounds, self.sources)

    @property
    def samples(self) -> int:
        """T of a scene."""
        return round(self.duration * self.rate)

    def collect(self) -> Collection:
        table = write_parts(
            self.folder, COLUMNS, self.parts(), self.simulate, self.rate
        )
        return Collection(
            read_table(table),
            "simulated",
            f"SIMULATED {self.about}; to hear them: {self.folder}",
        )

    @property
    def folder(self) -> Path:
        """Where these scenes are kept: under a hash of all that they depend on."""
        settings = {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if field.name not in self.inert
        }
        sources = self.sources and listing(self.sources)
        text = json.dumps(
            [self.version, {**settings, "sources": sources, **self.facts()}],
            default=dict,
        )
        return (
            Path(self.store)
            / "simulated"
            / self.name
            / hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
        )

    def parts(self) -> list[tuple[str, range]]:
        """Sets and numbers of scenes that one thread simulates in a go."""
        sizes = {"train": self.train_size, "val": self.val_size, "test": self.test_size}
        return [
            (name, range(start, min(start + AT_ONCE, size)))
            for name, size in sizes.items()
            for start in range(0, size, AT_ONCE)
        ]

    def simulate(
        self, part: tuple[str, range]
    ) -> Iterator[tuple[list[Any], np.ndarray]]:
        """The rows and the waves (T, M) of some scenes; one by one, as a processor gains nothing by more at a time."""
        name, numbers = part
        for number in numbers:
            heard, note = self.scene(name, number)
            facts = [
                round(float(fact), 4)
                for fact in (
                    *azimuth_elevation(heard.direction[0]),
                    *heard.conditions[0],
                )
            ]
            known = [
                "" if math.isnan(fact) else fact for fact in facts
            ]  # a dry room has no reverberation time
            row = [
                scene_name(name, number),
                *known,
                note.section,
                name,
                note.group,
                note.drawing,
            ]
            yield row, heard.wave[0].T.numpy()

    def rngs(
        self, name: str, seeds: Sequence[Sequence[int]]
    ) -> list[np.random.Generator]:
        """A generator for each scene of a set."""
        return [
            np.random.default_rng([self.simulation_seed, SPLITS.index(name), *seed])
            for seed in seeds
        ]


def scene_name(name: str, number: int) -> str:
    return f"{name}_{number:05}"
