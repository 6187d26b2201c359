"""Where recordings come from. A new source is one class here and one short YAML in configs/data."""

from pathlib import Path

from auris.core.errors import UserError, suggest_choice
from auris.data.clips import read_table
from auris.data.download import Unreachable
from auris.data.sources.base import Collection, Source
from auris.data.sources.esc50 import Esc

SIMULATED_RATE = 22050  # Hz


class CatsBabies(Source):
    """ESC-50's cats and crying babies, or the built-in simulation where they can't be had."""

    def __init__(
        self,
        source: str,
        store: str,
        root: str,
        url: str | None,
        names: list[str],
        numbers: list[int],
        listing: str,
    ):
        self.real, self.choice, self.store = (
            Esc(root, url, names, numbers, listing),
            source,
            Path(store),
        )

    def collect(self) -> Collection:
        ways = {
            "auto": self.either,
            "real": self.real.collect,
            "simulated": self.simulated,
        }
        if self.choice not in ways:
            raise UserError(
                f"There is no data.source={self.choice}; {suggest_choice(self.choice, ways)}"
            )
        return ways[self.choice]()

    def either(self) -> Collection:
        try:
            return Collection(
                self.real.local() or self.real.fetched(),
                "real",
                f"real recordings in {self.real.root}",
            )
        except Unreachable as error:
            why = f"no recordings at {self.real.root} and none to be fetched: {error}"
            return self.simulated(f"SIMULATED meows and cries, not recordings ({why})")

    def simulated(
        self, about: str = "SIMULATED meows and cries, not recordings"
    ) -> Collection:
        from auris.data.simulation.cats_babies import simulate, table
        from auris.data.simulation.writer import write_folder

        folder = self.store / "simulated" / "cats_babies"
        path = write_folder(
            folder,
            "fold,group",
            table(),
            lambda index: simulate(index, SIMULATED_RATE),
            SIMULATED_RATE,
        )
        return Collection(
            read_table(path), "simulated", f"{about}; to hear them: {folder}"
        )
