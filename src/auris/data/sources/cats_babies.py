"""The main job's data set: recordings of cats and babies, or their simulation."""

from pathlib import Path
from typing import Annotated, Literal

from auris.core.ranges import Length
from auris.data.download import Unreachable
from auris.data.simulation.cats_babies import CatsBabiesSimulator
from auris.data.simulation.writer import write_folder
from auris.data.sources.base import Collection, Source
from auris.data.sources.esc50 import ClassNumber, Esc
from auris.data.tables import read_table

_SIMULATED = "SIMULATED meows and cries, not recordings"


class CatsBabies(Source):
    """ESC-50's cats and crying babies, or the built-in simulation where they can't be had."""

    def __init__(
        self,
        origin: Literal["auto", "real", "simulated"],
        store: str,
        root: str,
        url: str | None,
        names: list[str],
        numbers: Annotated[list[ClassNumber], Length(1, 50)],
        listing: str,
    ):
        self.origin = origin
        self.folder = Path(store) / "simulated" / "cats_babies"
        self.real = Esc(root, url, names, numbers, listing)

    def collect(self) -> Collection:
        ways = {
            "auto": self._collect_either,
            "real": self.real.collect,
            "simulated": self._collect_simulated,
        }
        return ways[self.origin]()

    def _collect_either(self) -> Collection:
        root = self.real.root
        try:
            clips = self.real.find_local() or self.real.fetch()
        except Unreachable as error:
            why = f"no recordings at {root} and none to be fetched: {error}"
            return self._collect_simulated(f"{_SIMULATED} ({why})")
        return Collection(clips, "real", f"real recordings in {root}")

    def _collect_simulated(self, about: str = _SIMULATED) -> Collection:
        table = write_folder(self.folder, CatsBabiesSimulator())
        return Collection(
            read_table(table), "simulated", f"{about}; to hear them: {self.folder}"
        )
