"""What data is called in outputs, so that no two data sets share a folder.

A name is that of a folder in `outputs`, which notes in `place.txt` whose it is. Where it belongs to
another data set, a digest of the place is added: `recordings`, then `recordings-1a2b`.
"""

from collections.abc import Collection
from pathlib import Path

from auris.core.files import content_digest, write_atomically
from auris.core.places import config_folder
from auris.core.text import folder_name

PLACE = "place.txt"
_OTHER_FOLDERS = (
    "audit",
    "lecture",
    "look",
    "sweeps",
    "rehearsal",
    "latest",
)  # in outputs
_SHORT = 4  # letters of a digest


def name_data(outputs: Path, place: str, choice: str, wanted: str | None = None) -> str:
    """What the data from a place is called: as is wanted, else by the last part of the place.

    Args:
        place: of the recordings: a folder, a table, or the name of a data set that ships.
        choice: of data=; no other data bears the name of a data set that ships.
    """
    name = folder_name(wanted or _last_part(place)) or "data"
    shipped = {path.stem for path in (config_folder() / "data").glob("*.yaml")}
    return find_free_name(
        outputs, name, place, {*_OTHER_FOLDERS, *shipped} - {choice, place}
    )


def find_free_name(
    parent: Path, name: str, place: str, reserved: Collection[str] = ()
) -> str:
    """The name, or with a digest of the place where it is another's or is reserved."""
    digest = content_digest(place.encode())
    short = f"{name}-{digest[:_SHORT]}"
    names = [short] if name in reserved else [name, short]
    for candidate in names:
        if _is_free(parent / candidate, place):
            return candidate
    return f"{name}-{digest}"


def claim_name(folder: Path, place: str) -> None:
    """Note whose name a folder bears."""
    if not (folder / PLACE).is_file():
        write_atomically(folder / PLACE, f"{place}\n")


def _is_free(folder: Path, place: str) -> bool:
    """Whether no other data set has the folder. What ships may have older runs there."""
    owner = folder / PLACE
    if owner.is_file():
        return owner.read_text(encoding="utf-8", errors="replace").strip() == place
    return folder.name == place or not folder.exists()


def _last_part(place: str) -> str:
    """The name of a folder, or that of a table without its ending."""
    path = Path(place)
    return path.stem if path.is_file() else path.name
