"""Built-in directions: scenes in shoebox rooms, heard by an array of microphones."""

import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from auris.arrays import Array, angles
from auris.data.clips import CONDITIONS, read_table
from auris.data.sources import Collection, Source
from auris.data.splits import SETS
from auris.errors import UserError, nearest
from auris.simulate.dry import Dry, dry_sounds, listing
from auris.simulate.folder import write_parts
from auris.simulate.reference import pyroomacoustics
from auris.simulate.scenes import Heard, Laws, Simulator, image_source

COLUMNS = ",".join(("azimuth", "elevation", *CONDITIONS, "section", "split", "group", "scene"))
VERSION = 1  # raised whenever the same settings would give other scenes
AT_ONCE = 20  # scenes that are done, or not, when a simulation is taken up again
SIMULATORS = {"shoebox": image_source, "pyroomacoustics": pyroomacoustics}


@dataclass(frozen=True)
class Rooms(Laws, Source):
    """Scenes in rooms of their own, each with one source: drawn from laws, simulated once and kept in the store.

    Args:
        store: the folder of the clip store.
        array: of microphones.
        duration: of a scene in s.
        sounds: of "talk" and "bursts", what the sources are.
        sources: a folder of dry recordings to take instead; none of them sounds in two sets.
        grid: values of conditions by name, whose combinations the test set is made of, one after the other.
        train_size, val_size, test_size: scenes.
        online: draw new training scenes for each epoch, on the training device.
        simulation_seed: other numbers give other rooms.
        simulation_rate: sample rate in Hz.
        sample_rate: of the clips in Hz; where scenes are new in each epoch they are not resampled.
        simulator: of the responses: "shoebox", or as a reference "pyroomacoustics", with ray tracing.
    """

    store: str
    array: Array | None
    duration: float
    sounds: Sequence[str]
    sources: str | None
    grid: Mapping[str, Any]
    train_size: int
    val_size: int
    test_size: int
    online: bool
    simulation_seed: int
    simulation_rate: int
    simulator: str
    sample_rate: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.array is None:
            raise UserError("Rooms are heard by an array of microphones; choose one, as in array=circular6.")
        if self.simulator not in SIMULATORS:
            raise UserError(f"There is no data.simulator={self.simulator}; {nearest(self.simulator, SIMULATORS)}")
        if self.simulation_seed < 0 or self.simulation_rate < 1000:
            raise UserError(f"data.simulation_seed={self.simulation_seed} should be 0 or more, "
                            f"data.simulation_rate={self.simulation_rate} 1000 Hz or more.")  # fmt: skip
        if self.online and self.sample_rate not in (None, self.simulation_rate):
            raise UserError("data.online draws scenes at data.simulation_rate; set that instead of data.sample_rate.")
        self.check_grid()

    def check_grid(self) -> None:
        """Raise `UserError` for what is no condition, or none of its values."""
        known = [field.name for field in fields(Laws)]
        for name, values in self.grid.items():
            if name not in known:
                raise UserError(f"There is no data.grid.{name}; {nearest(name, known)}")
            if not isinstance(values, Sequence) or not values:
                raise UserError(f"data.grid.{name}={values} should be a list of values, as in [0.3,0.6].")
            for value in values:
                replace(self, grid={}, **{name: value})  # which checks it

    @property
    def endless(self) -> bool:  # type: ignore[override]
        return self.online

    @property
    def microphones(self) -> Array:
        assert self.array is not None  # see __post_init__
        return self.array

    def collect(self) -> Collection:
        table = write_parts(self.folder, COLUMNS, self.parts(), self.simulate, self.simulation_rate)
        about = f"SIMULATED rooms, not recordings; to hear them: {self.folder}"
        return Collection(read_table(table), "simulated", about)

    @cached_property
    def dry(self) -> dict[str, list[Dry]]:
        """What sounds in each set."""
        return dry_sounds(self.sounds, self.sources)

    @property
    def folder(self) -> Path:
        """Where these scenes are kept: under a hash of all that they depend on."""
        other = {"store", "online", "array", "sample_rate", "sources"}
        facts = {field.name: getattr(self, field.name) for field in fields(self) if field.name not in other}
        facts["microphones"] = self.microphones.microphones.tolist()
        facts["sources"] = self.sources and listing(self.sources)
        name = hashlib.blake2b(json.dumps([VERSION, facts], default=dict).encode(), digest_size=6).hexdigest()
        return Path(self.store) / "simulated" / "rooms" / name

    def parts(self) -> list[tuple[str, range]]:
        """Sets and numbers of scenes that one thread simulates in a go."""
        sizes = {"train": self.train_size, "val": self.val_size, "test": self.test_size}
        return [
            (name, range(start, min(start + AT_ONCE, size)))
            for name, size in sizes.items()
            for start in range(0, size, AT_ONCE)
        ]

    def simulate(self, part: tuple[str, range]) -> Iterator[tuple[list[Any], np.ndarray]]:
        """The rows and the waves (T, M) of some scenes; one by one, as a processor gains nothing by more at a time."""
        name, numbers = part
        for number in numbers:
            heard = self.hear(name, [[0, number]], [self.laws(name, number)], torch.device("cpu"))
            facts = [round(float(fact), 4) for fact in (*angles(heard.direction[0]), *heard.conditions[0])]
            known = ["" if math.isnan(fact) else fact for fact in facts]  # a dry room has no reverberation time
            path = f"{name}_{number:05}"
            row = [path, *known, self.cell(name, number), name, path, heard.scenes[0].drawing()]
            yield row, heard.wave[0].T.numpy()

    def cell(self, name: str, number: int) -> str:
        """What is fixed of a test scene, in words."""
        if name != "test" or not self.grid:
            return ""
        return "_".join(f"{key}_{value}" for key, value in self.fixed(number).items())

    def fixed(self, number: int) -> dict[str, Any]:
        """The conditions of a test scene: the grid's combinations take turns."""
        combinations = list(product(*self.grid.values()))
        return dict(zip(self.grid, combinations[number % len(combinations)], strict=True))

    def fresh(self, epoch: int, index: Tensor, device: torch.device) -> tuple[Tensor, Tensor]:
        """New training scenes: waves (B, M, T), and targets (B, 7) as `Directions` has them."""
        heard = self.hear("train", [[1 + epoch, number] for number in index.tolist()], [self] * len(index), device)
        return heard.wave, torch.cat([heard.direction, heard.conditions, heard.conditions.new_zeros(len(index), 1)], 1)

    def laws(self, name: str, number: int) -> Laws:
        """What a scene is drawn from."""
        return replace(self, grid={}, **self.fixed(number)) if name == "test" and self.grid else self

    def hear(self, name: str, seeds: Sequence[Sequence[int]], laws: Sequence[Laws], device: torch.device) -> Heard:
        """Scenes of one set, a seed for each."""
        rngs = [np.random.default_rng([self.simulation_seed, SETS.index(name), *seed]) for seed in seeds]
        simulator = Simulator(
            self.microphones, self.simulation_rate, round(self.duration * self.simulation_rate),
            self.dry[name], SIMULATORS[self.simulator],
        )  # fmt: skip
        return simulator(rngs, laws, device)
