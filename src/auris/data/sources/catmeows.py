"""CatMeows: meows in three contexts, on disk or fetched, or their simulation."""

import os
import re
import shutil
import zipfile
from pathlib import Path, PurePosixPath

from auris.core.errors import UserError, suggest_choice
from auris.data.clips import Clip
from auris.data.download import Unreachable, fetch_file
from auris.data.folders import list_recordings
from auris.data.simulation.catmeows import MeowSimulator
from auris.data.simulation.writer import write_folder
from auris.data.sources.base import Collection, Source
from auris.data.tables import read_table

_SIMULATED = "SIMULATED meows, not recordings"
_CONTEXTS = {"B": "brushing", "F": "waiting_for_food", "I": "isolation"}
_ARCHIVE = "dataset.zip"
# context, cat, breed, sex, owner, session and number
_NAME = re.compile(
    r"(?P<context>[BFI])_(?P<cat>[A-Z0-9]{5})_(?P<breed>[A-Z]{2})_(?P<sex>[A-Z]{2})"
    r"_(?P<owner>[A-Z0-9]{5})_(?P<session>\d)(?P<number>\d\d)"
)


class CatMeows(Source):
    """CatMeows (Ludovico et al., 2020): 440 meows of 21 cats, whose owners are the groups.

    Recordings go by the names that they have in the record: context, cat, breed, sex, owner.

    Args:
        origin: "real", "simulated", or "auto": real ones where they can be had.
        store: the folder of what is simulated.
        root: the folder of the recordings, at any depth.
        url: the folder of the record's archive; null: nothing is fetched.
    """

    def __init__(self, origin: str, store: str, root: str, url: str | None):
        self.origin = origin
        self.folder = Path(store) / "simulated" / "catmeows"
        self.root = Path(root).expanduser()
        self.url = url

    def collect(self) -> Collection:
        ways = {
            "auto": self._collect_either,
            "real": self._collect_real,
            "simulated": self._collect_simulated,
        }
        if self.origin not in ways:
            raise UserError(
                f"There is no data.origin={self.origin}; {suggest_choice(self.origin, ways)}"
            )
        return ways[self.origin]()

    def _collect_either(self) -> Collection:
        try:
            clips = self.find_local() or self.fetch()
        except Unreachable as error:
            why = f"no meows at {self.root} and none to be fetched: {error}"
            return self._collect_simulated(f"{_SIMULATED} ({why})")
        return Collection(clips, "real", f"real meows in {self.root}")

    def _collect_real(self) -> Collection:
        try:
            clips = self.find_local() or self.fetch()
        except Unreachable as error:
            raise UserError(
                f"There are no meows at {self.root} and none can be fetched ({error}); name the "
                "folder of CatMeows with data.root=... or its address with data.url=..."
            ) from error
        return Collection(clips, "real", f"real meows in {self.root}")

    def _collect_simulated(self, about: str = _SIMULATED) -> Collection:
        table = write_folder(self.folder, MeowSimulator())
        return Collection(
            read_table(table), "simulated", f"{about}; to hear them: {self.folder}"
        )

    def find_local(self) -> list[Clip]:
        """The meows below `root`; none where there are none."""
        found = list_recordings(self.root) if self.root.is_dir() else []
        clips = [read_name(path) for path in found]
        return [clip for clip in clips if clip is not None]

    def fetch(self) -> list[Clip]:
        """The meows after a download. Raises `Unreachable`."""
        if self.url is None:
            raise Unreachable("a run does not say where from; data.url is not set")
        if not _holds_meows(self.root / _ARCHIVE):
            fetch_file(_ARCHIVE, self.url, self.root, _holds_meows)
        _unpack_meows(self.root / _ARCHIVE)
        return self.find_local()


def read_name(path: Path) -> Clip | None:
    """The clip that a name like B_ANI01_MC_FN_SIM01_101.wav tells of; None for other names."""
    parts = _NAME.fullmatch(path.stem)
    if parts is None:
        return None
    return Clip(path, _CONTEXTS[parts["context"]], group=parts["owner"])


def _holds_meows(path: Path) -> bool:
    """Whether a file is a whole archive of meows, and not the page of a portal or a proxy."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(_list_meows(archive)) and archive.testzip() is None
    except zipfile.BadZipFile:
        return False


def _list_meows(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    return [
        entry
        for entry in archive.infolist()
        if read_name(Path(PurePosixPath(entry.filename).name)) is not None
    ]


def _unpack_meows(path: Path) -> None:
    """Write the meows of an archive into a folder beside it, whatever paths it names."""
    # hidden, so that a part of them is not taken for all
    draft = path.with_name(".unpacking")
    shutil.rmtree(draft, ignore_errors=True)
    with zipfile.ZipFile(path) as archive:
        for entry in _list_meows(archive):
            name = PurePosixPath(entry.filename).name
            place = draft / _CONTEXTS[name[0]] / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(archive.read(entry))
    os.replace(draft, path.with_suffix(""))
