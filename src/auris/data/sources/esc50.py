"""ESC-50 and parts of it, on disk or fetched."""

import csv
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from auris.core.errors import UserError
from auris.core.ranges import Length, Range
from auris.data import audio
from auris.data.clips import Clip, read_esc
from auris.data.download import Unreachable, fetch_all
from auris.data.folders import list_recordings
from auris.data.sources.base import Collection, Source
from auris.data.tables import read_table

_SAMPLE_RATE = 44100  # Hz
_SAMPLES = 5 * _SAMPLE_RATE

ClassNumber = Annotated[int, Range(0, 49)]  # of the 50


class Esc(Source):
    """ESC-50 (Piczak, 2015) or some of its classes: at `root`, else by download from `url`.

    `numbers` are those of the classes that are wanted (null: all), `names` what these are called,
    or what all are, in the order of their numbers. `listing`, a file of this package, names the
    recordings where ESC-50's own table need not be fetched for that.
    """

    def __init__(
        self,
        root: str,
        url: str | None,
        names: list[str],
        numbers: Annotated[list[ClassNumber], Length(1, 50)] | None = None,
        listing: str | None = None,
    ):
        self.root = Path(root).expanduser()
        self.url = url
        self.listing = listing
        wanted = numbers or range(len(names))
        if len(names) != len(wanted):
            names = [names[number] for number in wanted]
        self.names = dict(zip(wanted, names, strict=True))

    def collect(self) -> Collection:
        try:
            clips = self.find_local() or self.fetch()
        except Unreachable as error:
            raise UserError(
                f"There are no recordings at {self.root} and none can be fetched ({error}); "
                "name the folder of ESC-50 with data.root=... or its address with data.url=..."
            ) from error
        return Collection(clips, "real", f"real recordings in {self.root}")

    def find_local(self) -> list[Clip]:
        """The clips at `root`: of a table `clips.csv`, or under ESC-50's own names.

        There are none where some of the recordings are missing.
        """
        if (self.root / "clips.csv").is_file():
            return read_table(self.root / "clips.csv")
        found = list_recordings(self.root) if self.root.is_dir() else []
        wanted = {Path(name).stem for name in self.known_names()}
        if wanted - {path.stem for path in found}:
            return []
        return read_esc(found, self.names)

    def fetch(self) -> list[Clip]:
        """The clips after a download, each verified. Raises `Unreachable`."""
        if self.url is None:
            raise Unreachable("a run does not say where from; data.url is not set")
        if not self.known_names():
            fetch_all(["esc50.csv"], f"{self.url}/meta", self.root, _is_table)
        names = self.known_names()
        fetch_all(names, f"{self.url}/audio", self.root, is_original)
        return read_esc([self.root / name for name in names], self.names)

    def known_names(self) -> list[str]:
        """The names of the recordings, as far as a listing or ESC-50's own table is at hand."""
        if self.listing:
            listing = files("auris.data").joinpath(Path(self.listing).name)
            return listing.read_text(encoding="utf-8").split()
        for table in (self.root / "esc50.csv", self.root / "meta" / "esc50.csv"):
            if table.is_file():
                return self._read_names(table)
        return []

    def _read_names(self, table: Path) -> list[str]:
        with table.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            return [row["filename"] for row in rows if int(row["target"]) in self.names]


def _is_table(path: Path) -> bool:
    """Whether a file is ESC-50's table of recordings, and not the page of a portal or a proxy."""
    return path.is_file() and path.read_bytes().startswith(b"filename,")


def is_original(path: Path) -> bool:
    """Whether a file decodes to what every recording of ESC-50 is: 5 s at 44.1 kHz."""
    try:
        if audio.read_header(path).samplerate != _SAMPLE_RATE:
            return False
        return audio.read_samples(path, _SAMPLE_RATE).shape[1] == _SAMPLES
    except audio.Unusable:
        return False
