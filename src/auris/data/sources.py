"""Where recordings come from. A new source is one class here and one short YAML in configs/data."""

import csv
from abc import ABC, abstractmethod
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from torch import Tensor

from auris.data import audio
from auris.data.clips import Clip, read_esc, read_folder, read_table, recordings
from auris.data.download import Unreachable, fetch_all
from auris.errors import UserError, nearest
from auris.make import make

SIMULATED_RATE = 22050  # Hz
Fresh = Callable[..., tuple[Tensor, Tensor]]  # (epoch, index (B,), device) -> waves (B, C, T) and targets (B, ...)


class Collection(NamedTuple):
    """Labelled recordings on disk, and where they are from."""

    clips: list[Clip]
    source: str  # "real" or "simulated"
    about: str  # one sentence for people


class Source(ABC):
    """A place that recordings come from."""

    @abstractmethod
    def collect(self) -> Collection:
        """The clips, after fetching or making them where that is needed. Raises `UserError`."""

    @property
    def fresh(self) -> Fresh | None:
        """What draws training clips anew for each epoch; None for a source that holds recordings alone."""
        return None


class Folder(Source):
    """A folder with a sub-folder of recordings for each class."""

    def __init__(self, root: str):
        self.root = Path(root).expanduser()

    def collect(self) -> Collection:
        return Collection(read_folder(self.root), "real", f"recordings in {self.root}")


class Table(Source):
    """A CSV file `path,label[,fold][,group][,split][,start,stop][,section][,domain]`."""

    def __init__(self, table: str):
        self.table = Path(table).expanduser()

    def collect(self) -> Collection:
        return Collection(read_table(self.table), "real", f"recordings of {self.table}")


class Esc(Source):
    """ESC-50 (Piczak, 2015) or some of its classes: at `root`, else by download from `url`.

    `numbers` are those of the classes that are wanted (null: all), `names` what these are called, or what all are, in
    the order of their numbers. `listing`, a file of this package, names the recordings where ESC-50's own table need
    not be fetched for that.
    """

    def __init__(
        self, root: str, url: str, names: list[str], numbers: list[int] | None = None, listing: str | None = None
    ):
        self.root, self.url, self.listing = Path(root).expanduser(), url, listing
        wanted = numbers or range(len(names))
        own = names if len(names) == len(wanted) else [names[number] for number in wanted]
        self.names = dict(zip(wanted, own, strict=True))

    def collect(self) -> Collection:
        try:
            clips = self.local() or self.fetched()
        except Unreachable as error:
            raise UserError(
                f"There are no recordings at {self.root} and none can be fetched ({error}); name the folder of ESC-50 "
                "with data.root=... or its address with data.url=..."
            ) from error
        return Collection(clips, "real", f"real recordings in {self.root}")

    def local(self) -> list[Clip]:
        """The clips at `root`: of a table `clips.csv`, or under ESC-50's own names; none if some are missing."""
        if (self.root / "clips.csv").is_file():
            return read_table(self.root / "clips.csv")
        found = recordings(self.root) if self.root.is_dir() else []
        missing = {Path(name).stem for name in self.known_names()} - {path.stem for path in found}
        return [] if missing else read_esc(found, self.names)

    def fetched(self) -> list[Clip]:
        """The clips after a download, each verified. Raises `Unreachable`."""
        if not self.known_names():
            fetch_all(["esc50.csv"], f"{self.url}/meta", self.root, is_table)
        names = self.known_names()
        fetch_all(names, f"{self.url}/audio", self.root, is_original)
        return read_esc([self.root / name for name in names], self.names)

    def known_names(self) -> list[str]:
        """The names of the recordings, as far as a listing or ESC-50's own table is at hand."""
        if self.listing:
            return files("auris.data").joinpath(self.listing).read_text().split()
        for table in (self.root / "esc50.csv", self.root / "meta" / "esc50.csv"):
            if table.is_file():
                with table.open(newline="") as file:
                    return [row["filename"] for row in csv.DictReader(file) if int(row["target"]) in self.names]
        return []


class OneClass(Source):
    """Another labelled data set, for a task that takes one of its classes for normal.

    `of` is its name, `sources` the configurations of those that there are; `root` and `table` are handed on. `normal`
    is the class.
    """

    def __init__(
        self,
        of: str,
        sources: dict[str, Any],
        store: str,
        normal: str | None = None,
        root: str | None = None,
        table: str | None = None,
    ):
        if of not in sources:
            raise UserError(f"There is no data.of={of}; {nearest(of, sources)}")
        if normal is None:
            raise UserError("data.normal must be given, as in data.normal=rain: the class that is normal.")
        given = {key: value for key, value in {"root": root, "table": table}.items() if value}
        facts = {**sources[of], **given, "store": store}
        for name in ("root", "table"):
            if facts.get(name) == "":
                raise UserError(f"data.of={of} needs to know where it is; name it with data.{name}=...")
        self.source: Source = make(sources[of]["recordings"], **facts)

    def collect(self) -> Collection:
        return self.source.collect()


class CatsBabies(Source):
    """ESC-50's cats and crying babies, or the built-in simulation where they can't be had."""

    def __init__(
        self, source: str, store: str, root: str, url: str, names: list[str], numbers: list[int], listing: str
    ):
        self.real, self.choice, self.store = Esc(root, url, names, numbers, listing), source, Path(store)

    def collect(self) -> Collection:
        ways = {"auto": self.either, "real": self.real.collect, "simulated": self.simulated}
        if self.choice not in ways:
            raise UserError(f"There is no data.source={self.choice}; {nearest(self.choice, ways)}")
        return ways[self.choice]()

    def either(self) -> Collection:
        try:
            return Collection(self.real.local() or self.real.fetched(), "real", f"real recordings in {self.real.root}")
        except Unreachable as error:
            why = f"no recordings at {self.real.root} and none to be fetched: {error}"
            return self.simulated(f"SIMULATED meows and cries, not recordings ({why})")

    def simulated(self, about: str = "SIMULATED meows and cries, not recordings") -> Collection:
        from auris.simulate.cats_babies import simulate, table
        from auris.simulate.folder import write_folder

        folder = self.store / "simulated" / "cats_babies"
        path = write_folder(
            folder, "fold,group", table(), lambda index: simulate(index, SIMULATED_RATE), SIMULATED_RATE
        )
        return Collection(read_table(path), "simulated", f"{about}; to hear them: {folder}")


def is_table(path: Path) -> bool:
    """Whether a file is ESC-50's table of recordings, and not the page of a portal or a proxy."""
    return path.is_file() and path.read_bytes().startswith(b"filename,")


def is_original(path: Path) -> bool:
    """Whether a file decodes to what every recording of ESC-50 is: 5 s at 44.1 kHz."""
    try:
        return audio.header(path).samplerate == 44100 and audio.read(path, 44100).shape[1] == 5 * 44100
    except audio.Unusable:
        return False
