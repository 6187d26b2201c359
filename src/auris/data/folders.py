"""What lies below a folder: recordings, and what is passed over, which is counted and named."""

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from auris.core.text import list_examples
from auris.core.warnings import warn_user
from auris.data import ffmpeg

_UNCOMPRESSED = {
    *(".wav", ".wave", ".bwf", ".rf64", ".w64", ".aif", ".aiff", ".aifc"),
    *(".au", ".snd", ".caf", ".voc", ".sph", ".nist", ".avr"),
}
_COMPRESSED = {".flac", ".ogg", ".oga", ".opus", ".mp3", ".mp2", ".mpga"}
_SUFFIXES = _UNCOMPRESSED | _COMPRESSED | ffmpeg.SUFFIXES

# text, tables, images and what programs keep beside recordings: no one takes them for sound
_NO_SOUND = {
    *(".txt", ".md", ".rst", ".pdf", ".doc", ".docx", ".html", ".htm", ".log"),
    *(".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".xls", ".xlsx"),
    *(".png", ".jpg", ".jpeg", ".gif", ".svg", ".bmp", ".tif", ".tiff", ".webp"),
    *(".py", ".ipynb", ".sh", ".m", ".r", ".cfg", ".ini", ".toml", ".md5", ".sha256"),
    *(".npy", ".npz", ".pt", ".pkl", ".mat", ".h5", ".hdf5", ".db", ".ini", ".lnk"),
    *(".textgrid", ".lab", ".cue", ".m3u", ".asd", ".pkf", ".sfk", ".reapeaks"),
}
_PLAIN_NAMES = {"readme", "license", "licence", "changelog", "makefile", "thumbs.db"}

# folders of systems and of storage devices, with copies and what was thrown away
_SYSTEM_FOLDERS = {
    *("__macosx", "@eadir", "#recycle", "$recycle.bin", "lost+found", "recycler"),
    "system volume information",
}


def list_recordings(folder: Path) -> list[Path]:
    """All audio files below a folder, in the order of their names, but for hidden ones.

    Links to folders are followed, each folder once; links to files that are gone are listed, so
    that they are named as unusable. What else could be sound is named in a warning.
    """
    files = list(_walk_files(folder))
    named = [path for path in files if _is_text(path)]
    _warn_of_names([path for path in files if not _is_text(path)])
    recordings = [path for path in named if path.suffix.lower() in _SUFFIXES]
    _warn_of_others(folder, [path for path in named if _is_unknown(path)])
    return sorted(recordings)


def visible_folders(root: Path) -> list[Path]:
    """The folders in a folder, in the order of their names, but for hidden ones."""
    folders = [path for path in root.iterdir() if path.is_dir()]
    shown = [path for path in folders if not is_hidden(path)]
    _warn_of_names([path for path in shown if not _is_text(path)])
    return sorted(path for path in shown if _is_text(path))


def is_hidden(path: Path) -> bool:
    """Whether a file or folder is a system's own. (macOS leaves `._name.wav` on foreign disks.)"""
    return path.name.startswith(".") or path.name.lower() in _SYSTEM_FOLDERS


def same_form(text: str) -> str:
    """A text in Unicode NFC: macOS writes an é in two characters, others in one."""
    return unicodedata.normalize("NFC", text)


def name_of(path: Path) -> str:
    """The last part of a path in that form, by its bytes: the same in every locale."""
    try:
        name = os.fsencode(path.name).decode()
    except UnicodeDecodeError:
        name = path.name
    return same_form(name)


def find_path(path: Path) -> Path:
    """The path as it is on the disk, where it may be written in another Unicode form.

    A path that is not there in any form comes back as it is.
    """
    # (a name that is too long is nowhere)
    if os.path.lexists(path) or path.parent == path:
        return path
    parent = find_path(path.parent)
    if not parent.is_dir():
        return path
    names = _names_by_form(parent, parent.stat().st_mtime_ns)
    name = names.get(same_form(path.name))
    return path if name is None else parent / name


@lru_cache(maxsize=256)
def _names_by_form(folder: Path, changed: int) -> dict[str, str]:
    """What is in a folder that was `changed` at a time in ns, by names in NFC."""
    return {name_of(Path(name)): name for name in sorted(os.listdir(folder))}


def _walk_files(folder: Path) -> Iterator[Path]:
    """The files below a folder, with links to nothing; each real folder is walked once."""
    seen = {folder.resolve()}
    for place, folders, names in os.walk(folder, followlinks=True):
        here = Path(place)
        folders[:] = _new_folders([here / name for name in folders], seen)
        for path in (here / name for name in names):
            is_there = path.is_file() or not path.exists()
            if is_there and not is_hidden(path):
                yield path


def _new_folders(folders: list[Path], seen: set[Path]) -> list[str]:
    """The names of those that were not walked before: a link may lead back."""
    names = []
    for path in sorted(folders, key=lambda path: (path.is_symlink(), path)):
        place = path.resolve()
        if place not in seen and not is_hidden(path):
            seen.add(place)
            names.append(path.name)
    return names


def _is_text(path: Path) -> bool:
    """Whether a name can be written into tables and reports: it is UTF-8."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_unknown(path: Path) -> bool:
    """Whether a file might be a recording, for all that its name tells."""
    suffix = path.suffix.lower()
    if suffix in _SUFFIXES or suffix in _NO_SOUND:
        return False
    return path.name.lower() not in _PLAIN_NAMES


def _warn_of_names(paths: list[Path]) -> None:
    if paths:
        warn_user(
            f"{len(paths)} names are not in UTF-8 and are left out; rename them: "
            f"{list_examples([_readable_name(path) for path in paths])}."
        )


def _readable_name(path: Path) -> str:
    return os.fsencode(path.name).decode(errors="replace")


def _warn_of_others(folder: Path, paths: list[Path]) -> None:
    """Say which endings were passed over, the most frequent first."""
    if not paths:
        return
    endings = Counter(path.suffix.lower() or "without an ending" for path in paths)
    counts = [f"{count} {ending}" for ending, count in endings.most_common()]
    warn_user(
        f"{len(paths)} files below {folder} are not taken for recordings "
        f"({list_examples(counts)}); the first is {min(paths)}."
    )
