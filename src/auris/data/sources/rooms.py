"""Built-in directions: scenes in shoebox rooms, heard by an array of microphones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from itertools import product
from typing import Any, Literal

import torch
from torch import Tensor

from auris.acoustics.pyroom import simulate_pyroom
from auris.acoustics.quantities import SampleRate
from auris.core.errors import UserError, suggest_choice
from auris.core.validation import check_types
from auris.data.simulation.rendering import RenderedScenes
from auris.data.simulation.scenes import (
    Distance,
    Height,
    PreRoll,
    RoomSize,
    Rt60,
    Scene,
    SceneDistribution,
    SceneSimulator,
    Snr,
    Spread,
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
    drawn_kind = "direction"
    about = "rooms, not recordings"
    version = 1
    inert = (*Scenes.inert, "online", "sample_rate")

    room: RoomSize
    rt60: Rt60
    absorption_spread: Spread
    distance: Distance
    source_height: Height
    array_height: Height
    snr: Snr
    diffuse_snr: Snr | None
    pre_roll: PreRoll
    grid: Mapping[str, Any]
    online: bool
    simulation_rate: SampleRate
    simulator: Literal["shoebox", "pyroomacoustics"]
    sample_rate: SampleRate | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
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
                check_types(SceneDistribution, {name: value}, "data.grid")
                replace(distribution, **{name: value})  # which checks its order

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
