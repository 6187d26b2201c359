"""Built-in directions: scenes in shoebox rooms, heard by an array of microphones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any

import torch
from torch import Tensor

from auris.acoustics.pyroom import simulate_pyroom
from auris.core.errors import UserError, suggest_choice
from auris.data.simulation.rendering import Heard
from auris.data.simulation.scenes import Laws, Scene, Simulator, image_source
from auris.data.sources.base import Fresh
from auris.data.sources.scenes import Note, Scenes, scene_name

SIMULATORS = {"shoebox": image_source, "pyroomacoustics": simulate_pyroom}


@dataclass(frozen=True)
class Rooms(Laws, Scenes):
    """Scenes in rooms of their own, drawn from laws.

    Args:
        grid: values of conditions by name, whose combinations the test set is made of, one after the other.
        online: draw new training scenes for each epoch, on the training device.
        simulation_rate: sample rate in Hz.
        simulator: of the responses: "shoebox", or as a reference "pyroomacoustics", with ray tracing.
        sample_rate: of the clips in Hz; where scenes are new in each epoch they are not resampled.
    """

    name, about, version = "rooms", "rooms, not recordings", 1
    inert = (*Scenes.inert, "online", "sample_rate")

    grid: Mapping[str, Any]
    online: bool
    simulation_rate: int
    simulator: str
    sample_rate: int | None = None

    def __post_init__(self) -> None:
        Laws.__post_init__(self)
        Scenes.__post_init__(self)
        if self.simulator not in SIMULATORS:
            raise UserError(
                f"There is no data.simulator={self.simulator}; {suggest_choice(self.simulator, SIMULATORS)}"
            )
        if self.simulation_rate < 1000:
            raise UserError(
                f"data.simulation_rate={self.simulation_rate} should be 1000 Hz or more."
            )
        if self.online and self.sample_rate not in (None, self.simulation_rate):
            raise UserError(
                "data.online draws scenes at data.simulation_rate; set that instead of data.sample_rate."
            )
        self.check_grid()

    def check_grid(self) -> None:
        """Raise `UserError` for what is no condition, or none of its values."""
        known = [field.name for field in fields(Laws)]
        for name, values in self.grid.items():
            if name not in known:
                raise UserError(
                    f"There is no data.grid.{name}; {suggest_choice(name, known)}"
                )
            if not isinstance(values, Sequence) or not values:
                raise UserError(
                    f"data.grid.{name}={values} should be a list of values, as in [0.3,0.6]."
                )
            for value in values:
                replace(self, grid={}, **{name: value})  # which checks it

    @property
    def fresh(self) -> Fresh | None:
        return self.renewed if self.online else None

    @property
    def rate(self) -> int:
        return self.simulation_rate

    def facts(self) -> dict[str, Any]:
        return {"microphones": self.microphones.microphones.tolist()}

    def scene(self, name: str, number: int) -> tuple[Heard, Note]:
        heard, scenes = self.hear(
            name, [[0, number]], [self.laws(name, number)], torch.device("cpu")
        )
        return heard, Note(
            self.cell(name, number), scene_name(name, number), scenes[0].drawing()
        )

    def cell(self, name: str, number: int) -> str:
        """What is fixed of a test scene, in words."""
        if name != "test" or not self.grid:
            return ""
        return "_".join(f"{key}_{value}" for key, value in self.fixed(number).items())

    def fixed(self, number: int) -> dict[str, Any]:
        """The conditions of a test scene: the grid's combinations take turns."""
        combinations = list(product(*self.grid.values()))
        return dict(
            zip(self.grid, combinations[number % len(combinations)], strict=True)
        )

    def renewed(
        self, epoch: int, index: Tensor, device: torch.device
    ) -> tuple[Tensor, Tensor]:
        """New training scenes: waves (B, M, T), and targets (B, 7) as `Directions` has them."""
        heard, _ = self.hear(
            "train",
            [[1 + epoch, number] for number in index.tolist()],
            [self] * len(index),
            device,
        )
        return heard.wave, torch.cat(
            [
                heard.direction,
                heard.conditions,
                heard.conditions.new_zeros(len(index), 1),
            ],
            1,
        )

    def laws(self, name: str, number: int) -> Laws:
        """What a scene is drawn from."""
        return (
            replace(self, grid={}, **self.fixed(number))
            if name == "test" and self.grid
            else self
        )

    def hear(
        self,
        name: str,
        seeds: Sequence[Sequence[int]],
        laws: Sequence[Laws],
        device: torch.device,
    ) -> tuple[Heard, list[Scene]]:
        """Scenes of one set, a seed for each."""
        simulator = Simulator(
            self.microphones,
            self.rate,
            self.samples,
            self.dry[name],
            SIMULATORS[self.simulator],
        )
        return simulator(self.rngs(name, seeds), laws, device)
