"""Built-in anomalies: machines and rails that sound as they should, and a few that do not."""

from pathlib import Path
from typing import Annotated, ClassVar

from auris.acoustics.quantities import Decibels, SampleRate
from auris.core.ranges import Range, Seed
from auris.data.simulation.gas_leak import GasLeakSimulator
from auris.data.simulation.rail_defect import RailDefectSimulator
from auris.data.simulation.simulator import AnomalySimulator
from auris.data.simulation.writer import write_folder
from auris.data.sources.base import Collection, Source
from auris.data.tables import read_table


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

    name: ClassVar[str]  # of the folder
    about: ClassVar[str]
    simulator_class: ClassVar[type[AnomalySimulator]]

    def __init__(
        self,
        store: str,
        snr: Decibels,
        train_size: Annotated[int, Range(20, 1_000_000)],
        test_size: Annotated[int, Range(8, 1_000_000)],
        simulation_seed: Seed,
        simulation_rate: SampleRate,
    ):
        self.snr = float(snr)
        self.simulator = self.simulator_class(
            sample_rate=simulation_rate,
            seed=simulation_seed,
            snr=self.snr,
            train_size=train_size,
            test_size=test_size,
        )
        sizes = f"{train_size}_{test_size}"
        setting = f"snr{self.snr:g}_{sizes}_seed{simulation_seed}_{simulation_rate}"
        self.folder = Path(store) / "simulated" / self.name / setting

    def collect(self) -> Collection:
        table = write_folder(self.folder, self.simulator)
        about = f"SIMULATED {self.about} at {self.snr:g} dB, not recordings"
        return Collection(
            read_table(table), "simulated", f"{about}; to hear them: {self.folder}"
        )


class GasLeak(SimulatedAnomalies):
    """A machine in an industrial hall, with a jet of gas in half of the test clips."""

    name = "gas_leak"
    about = "machines and leaks of gas"
    simulator_class = GasLeakSimulator


class RailDefect(SimulatedAnomalies):
    """Wheels rolling on rails, with squats and cracks in half of the test clips."""

    name = "rail_defect"
    about = "rides on rails and defects"
    simulator_class = RailDefectSimulator
