"""Built-in anomalies: machines and rails that sound as they should, and a few that do not."""

from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from auris.core.errors import UserError
from auris.data.clips import read_table
from auris.data.simulation import gas_leak, rail_defect
from auris.data.simulation.writer import write_folder
from auris.data.sources.base import Collection, Source


class SimulatedAnomalies(Source):
    """Clips that a simulation makes once and keeps in the store.

    Args:
        store: the folder of the clip store.
        snr: of anomalies in dB, the knob of difficulty.
        train_size: normal clips to train and to validate on.
        test_size: clips to test on, half of them anomalous.
        simulation_seed: other numbers give other machines.
        simulation_rate: sample rate in Hz.
    """

    name: str  # of the folder
    about: str
    simulation: ModuleType  # with its table and its clips

    def __init__(
        self,
        store: str,
        snr: float,
        train_size: int,
        test_size: int,
        simulation_seed: int,
        simulation_rate: int,
    ):
        if train_size < 20 or test_size < 8:
            raise UserError(
                f"data.train_size={train_size} should be 20 or more, data.test_size={test_size} 8 or more."
            )
        self.snr, self.train, self.test, self.seed, self.rate = (
            float(snr),
            train_size,
            test_size,
            simulation_seed,
            simulation_rate,
        )
        setting = f"snr{self.snr:g}_{train_size}_{test_size}_seed{simulation_seed}_{simulation_rate}"
        self.folder = Path(store) / "simulated" / self.name / setting

    def collect(self) -> Collection:
        path = write_folder(
            self.folder, "group,split", self.rows(), self.clip, self.rate
        )
        about = f"SIMULATED {self.about} at {self.snr:g} dB, not recordings; to hear them: {self.folder}"
        return Collection(read_table(path), "simulated", about)

    def rows(self) -> list[tuple[Any, ...]]:
        """(name, label, group, split) of each clip."""
        return self.simulation.table(self.train, self.test, self.seed)

    def clip(self, index: int) -> np.ndarray:
        """Clip `index` (T,)."""
        return self.simulation.simulate(
            index, self.rate, seed=self.seed, snr=self.snr, normal=self.train
        )


class GasLeak(SimulatedAnomalies):
    """A machine in an industrial hall, with a jet of gas in half of the test clips."""

    name, about, simulation = "gas_leak", "machines and leaks of gas", gas_leak


class RailDefect(SimulatedAnomalies):
    """Wheels rolling on rails, with squats and cracks in half of the test clips."""

    name, about, simulation = "rail_defect", "rides on rails and defects", rail_defect
