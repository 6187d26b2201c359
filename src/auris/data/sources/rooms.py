"""Built-in directions: scenes in shoebox rooms, heard by an array of microphones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import product
from typing import Any

import torch
from torch import Tensor

from auris.acoustics.pyroom import simulate_pyroom
from auris.core.errors import UserError, suggest_choice
from auris.data.simulation.rendering import RenderedScenes
from auris.data.simulation.scenes import (
    Range,
    Scene,
    SceneDistribution,
    SceneSimulator,
    image_source,
)
from auris.data.sources.base import DrawEpoch
from auris.data.sources.scenes import SceneRow, Scenes, name_scene

SIMULATORS = {"shoebox": image_source, "pyroomacoustics": simulate_pyroom}

_DISTRIBUTED = tuple(field.name for field in fields(SceneDistribution))


@dataclass(frozen=True)
class Rooms(Scenes):
    """Scenes in rooms of their own, drawn from a `SceneDistribution`, which explains its settings.

    Args:
        grid: values of conditions by name; their combinations in turn make the test split.
        online: draw new training scenes for each epoch, on the training device.
        simulation_rate: sample rate in Hz.
        simulator: of the responses: "shoebox", or as a reference "pyroomacoustics", with ray
            tracing.
        sample_rate: of the clips in Hz; scenes that are new in each epoch are not resampled.
    """

    name = "rooms"
    about = "rooms, not recordings"
    version = 1
    inert = (*Scenes.inert, "online", "sample_rate")

    room: Sequence[Range]
    rt60: Range
    absorption_spread: float
    distance: Range
    source_height: Range
    array_height: Range
    snr: Range
    diffuse_snr: Range | None
    pre_roll: Range
    grid: Mapping[str, Any]
    online: bool
    simulation_rate: int
    simulator: str
    sample_rate: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.simulator not in SIMULATORS:
            options = suggest_choice(self.simulator, SIMULATORS)
            raise UserError(f"There is no data.simulator={self.simulator}; {options}")
        if self.simulation_rate < 1000:
            raise UserError(
                f"data.simulation_rate={self.simulation_rate} should be 1000 Hz or more."
            )
        if self.online and self.sample_rate not in (None, self.simulation_rate):
            raise UserError(
                "data.online draws scenes at data.simulation_rate; "
                "set that instead of data.sample_rate."
            )
        self._check_grid()

    def _check_grid(self) -> None:
        """Raise `UserError` for what is no condition, or none of its values."""
        distribution = self.distribution
        for name, values in self.grid.items():
            if name not in _DISTRIBUTED:
                raise UserError(
                    f"There is no data.grid.{name}; {suggest_choice(name, _DISTRIBUTED)}"
                )
            if not isinstance(values, Sequence) or not values:
                raise UserError(
                    f"data.grid.{name}={values} should be a list of values, as in [0.3,0.6]."
                )
            for value in values:
                replace(distribution, **{name: value})  # which checks it

    @cached_property
    def distribution(self) -> SceneDistribution:
        return SceneDistribution(**{name: getattr(self, name) for name in _DISTRIBUTED})

    @property
    def draw_epoch(self) -> DrawEpoch | None:
        return self._draw_epoch if self.online else None

    @property
    def rate(self) -> int:
        return self.simulation_rate

    def dependencies(self) -> dict[str, Any]:
        return {"microphones": self.microphones.microphones.tolist()}

    def render_scene(self, split: str, number: int) -> tuple[RenderedScenes, SceneRow]:
        cell = self._grid_cell(number) if split == "test" else {}
        distribution = replace(self.distribution, **cell)
        cpu = torch.device("cpu")
        rendered, (scene,) = self.render(split, [[0, number]], [distribution], cpu)
        section = "_".join(f"{name}_{value}" for name, value in cell.items())
        return rendered, SceneRow(section, name_scene(split, number), scene.serialize())

    def _grid_cell(self, number: int) -> dict[str, Any]:
        """The conditions of a test scene: the grid's combinations take turns."""
        combinations = list(product(*self.grid.values()))
        values = combinations[number % len(combinations)]
        return dict(zip(self.grid, values, strict=True))

    def _draw_epoch(
        self, epoch: int, index: Tensor, device: torch.device
    ) -> tuple[Tensor, Tensor]:
        """New training scenes: waves (B, M, T), and targets (B, 7) as localization has them."""
        seeds = [[1 + epoch, number] for number in index.tolist()]
        distributions = [self.distribution] * len(seeds)
        rendered, _ = self.render("train", seeds, distributions, device)
        section = rendered.conditions.new_zeros(len(seeds), 1)
        return rendered.wave, torch.cat(
            [rendered.direction, rendered.conditions, section], 1
        )

    def render(
        self,
        split: str,
        seeds: Sequence[Sequence[int]],
        distributions: Sequence[SceneDistribution],
        device: torch.device,
    ) -> tuple[RenderedScenes, list[Scene]]:
        """Scenes of one split, a seed for each."""
        simulator = SceneSimulator(
            self.microphones,
            self.rate,
            self.samples,
            self.dry[split],
            SIMULATORS[self.simulator],
        )
        return simulator(self.rngs(split, seeds), distributions, device)
