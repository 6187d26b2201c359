"""What is known of each audio file: a hash of its content and what its header says.

Read once, then remembered.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, final

from auris.core.files import (
    content_digest,
    file_digest,
    read_json_object,
    write_atomically,
)
from auris.core.progress import map_parallel
from auris.data import audio, ffmpeg

_Stamp = tuple[int, int]  # size in bytes and time of the last change in ns


@final
@dataclass(frozen=True)
class FileInfo:
    """What a file says of itself."""

    stamp: _Stamp = (0, 0)
    content: str = ""  # hash of the bytes
    sample_rate: int = 0  # Hz
    channels: int = 0
    duration: float = 0.0  # s
    reason: str = ""  # why it can't be used, if it can't
    truncated: bool = False  # its header promises more than there is


def inspect_files(paths: Iterable[Path], store: Path) -> dict[Path, FileInfo]:
    """What each file says of itself.

    Files that did not change since the last time, as the store remembers, are not opened.
    """
    memory = store / "files.json"
    known = _load_memory(memory)
    full_paths = {path: path.resolve() for path in dict.fromkeys(paths)}
    stale = [path for path in full_paths.values() if _is_stale(path, known)]
    if stale:
        infos = map_parallel(_inspect_file, stale, "Looking at recordings")
        known |= zip(map(str, stale), infos, strict=True)
        _save_memory(memory, known)
    return {path: known[str(full)] for path, full in full_paths.items()}


def _load_memory(memory: Path) -> dict[str, FileInfo]:
    """What was known the last time, by path; nothing where that is damaged."""
    try:
        plain = read_json_object(memory)
        files = plain["files"]
        if plain["digest"] != _digest_files(files):
            return {}
        return {path: _from_plain(**values) for path, values in files.items()}
    except (AttributeError, TypeError, KeyError):  # damaged, or of an earlier version
        return {}


def _save_memory(memory: Path, known: dict[str, FileInfo]) -> None:
    files = {path: asdict(info) for path, info in known.items()}
    plain = {"digest": _digest_files(files), "files": files}
    write_atomically(memory, json.dumps(plain))


def _digest_files(files: object) -> str:
    return content_digest(json.dumps(files).encode())


def _from_plain(stamp: list[int], truncated: bool, **facts: Any) -> FileInfo:
    size, changed = stamp
    return FileInfo((size, changed), truncated=truncated, **facts)


def _is_stale(path: Path, known: dict[str, FileInfo]) -> bool:
    info = known.get(str(path))
    if info is None or info.stamp != _read_stamp(path):
        return True
    # what it lacked may have been installed since
    return ffmpeg.advise(path) in info.reason and ffmpeg.is_installed()


def _inspect_file(path: Path) -> FileInfo:
    """Open one file."""
    stamp = _read_stamp(path)
    try:
        header = audio.read_header(path)
        content = file_digest(path)
    except audio.Unusable as error:
        return _unusable_file(path, stamp, str(error))
    except OSError as error:
        return _unusable_file(path, stamp, f"unreadable ({error.strerror})")
    if header.recounted:  # its samples are others than what a decoder alone gives
        content += "+"
    return FileInfo(
        stamp,
        content,
        header.samplerate,
        header.channels,
        header.duration,
        truncated=header.truncated,
    )


def _unusable_file(path: Path, stamp: _Stamp, reason: str) -> FileInfo:
    return FileInfo(stamp, content=f"unusable {path} {stamp}", reason=reason)


def _read_stamp(path: Path) -> _Stamp:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns
