"""The clip store: every recording decoded, resampled and cut once, then memory-mapped.

A *pack* is a folder with the samples of one data set at one setting (`wave.npy`) and an
index. Its name is a hash of the contents of all files and of the settings, so a changed
file makes a new pack, which takes over the rows of those that did not change. A pack is
built under another name and renamed when it is whole: a kill, or a second run at the same
time, never leaves a broken one. A pack that is damaged all the same is built anew.
"""

import errno
import json
import math
import os
import platform
import shutil
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import final
from uuid import uuid4

import numpy as np
import torch
from torch import Tensor

from auris.core.errors import UserError
from auris.core.files import content_digest, read_json_object, write_atomically
from auris.core.progress import map_parallel
from auris.core.warnings import warn_user
from auris.data import audio
from auris.data.clips import Clip
from auris.data.files import FileInfo, inspect_files

_WAVE = "wave.npy"
_INDEX = "index.json"
_MAX_CHECKED = 64  # rows of a pack whose digests are looked at when it is opened
_SPARE_BYTES = 2**24  # that must stay free on the disk, for what else is written
_VERSION = 1  # raised whenever the same file and settings would give other samples


@final
@dataclass(frozen=True)
class StoreSettings:
    """All that the samples of a clip depend on, besides the file."""

    sample_rate: int  # Hz
    channels: int
    samples: int  # T of each clip
    padding: str  # "repeat" or "zeros"


@final
@dataclass(frozen=True)
class ClipEntry:
    """What a pack holds of one clip."""

    rows: tuple[int, ...] = ()  # a long clip is cut into several
    digests: tuple[str, ...] = ()  # hash of the samples of each row
    reason: str = ""  # why it can't be used, if it can't


@final
@dataclass(frozen=True)
class Store:
    """The samples of a list of clips."""

    name: str  # changes with any content and any setting
    wave: Tensor  # (N, C, T) float32, mapped from disk
    entries: tuple[ClipEntry, ...]  # one a clip


def open_store(clips: Sequence[Clip], settings: StoreSettings, folder: Path) -> Store:
    """The store of these clips, built where it is not there yet."""
    infos = inspect_files((clip.path for clip in clips), folder)
    _warn_of_truncated(infos)
    keys = [f"{infos[clip.path].content}:{clip.start}:{clip.stop}" for clip in clips]
    version = json.dumps([_VERSION, asdict(settings)])
    home = folder / content_digest(version.encode())[:12]
    pack = home / content_digest("\n".join(keys).encode())
    if not _is_whole(pack, keys):
        _build_pack(pack, dict(zip(keys, clips, strict=True)), infos, settings)
    index = _read_index(pack)
    entries = tuple(index[key] for key in keys)
    return Store(f"{home.name}-{pack.name}", _open_memmap(pack), entries)


def _is_whole(pack: Path, keys: Sequence[str]) -> bool:
    """Whether a pack can be used; one that is damaged is removed, which is said."""
    if not pack.exists():
        return False
    damage = _find_damage(pack, keys)
    if damage:
        warn_user(f"The store {pack} is damaged ({damage}) and is built anew.")
        shutil.rmtree(pack)
    return not damage


def _find_damage(pack: Path, keys: Iterable[str]) -> str:
    """What is wrong with a pack; nothing where all is well."""
    try:
        index = _read_index(pack)
        wave = np.load(pack / _WAVE, mmap_mode="r")  # (N, C, T)
        entries = [index[key] for key in keys]
        rows = [row for entry in entries for row in entry.rows]
        digests = [digest for entry in entries for digest in entry.digests]
        step = max(1, len(rows) // _MAX_CHECKED)
        checked = list(zip(rows, digests, strict=True))[::step]
        is_same = [content_digest(wave[row].tobytes()) == own for row, own in checked]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, EOFError):
        return f"{_INDEX} or {_WAVE} can't be read"
    return "" if all(is_same) else "samples have changed on the disk"


def _warn_of_truncated(infos: dict[Path, FileInfo]) -> None:
    cut = [path for path, info in infos.items() if info.truncated]
    if cut:
        warn_user(
            f"{len(cut)} recordings end before their headers say, as after a broken copy; "
            f"what is there is used; the first is {cut[0]}."
        )


def _build_pack(
    pack: Path,
    clips: dict[str, Clip],
    infos: dict[Path, FileInfo],
    settings: StoreSettings,
) -> None:
    """Write a pack under a passing name, then publish it in one step."""
    _remove_stale_drafts(pack.parent)
    name = f"{pack.name}.{os.getpid()}.{_machine_name()}.{uuid4().hex[:6]}.tmp"
    draft = pack.with_name(name)
    draft.mkdir(parents=True)
    previous = _previous_entries(pack.parent)
    counts = [
        _count_windows(clip, infos[clip.path], settings) for clip in clips.values()
    ]
    stops = np.cumsum(counts, dtype=int).tolist()
    wave = _create_memmap(draft, sum(counts), settings)

    def enter(key: str, count: int, stop: int) -> ClipEntry:
        rows = range(stop - count, stop)
        if key in previous:
            return _copy_rows(*previous[key], wave, rows)
        clip = clips[key]
        return _decode_recording(clip, infos[clip.path], settings, wave, rows)

    jobs = list(zip(clips, counts, stops, strict=True))
    entries = map_parallel(lambda job: enter(*job), jobs, "Decoding recordings")
    wave.flush()
    index = {key: asdict(entry) for key, entry in zip(clips, entries, strict=True)}
    write_atomically(draft / _INDEX, json.dumps(index))
    _publish_draft(draft, pack)


def _count_windows(clip: Clip, info: FileInfo, settings: StoreSettings) -> int:
    """How many clips of T samples a recording is cut into.

    None is less than half full, but for a first one.
    """
    if info.reason:
        return 0
    duration = min(clip.stop or np.inf, info.duration) - clip.start
    return max(1, round(duration * settings.sample_rate / settings.samples))


def _decode_recording(
    clip: Clip, info: FileInfo, settings: StoreSettings, wave: np.ndarray, rows: range
) -> ClipEntry:
    """Read a recording into its rows (C, T) of `wave`."""
    if info.reason:
        return ClipEntry(reason=info.reason)
    try:
        samples = _read_recording(clip, settings)
    except audio.Unusable as error:
        return ClipEntry(reason=str(error))
    starts = [i * settings.samples for i in range(len(rows))]
    windows = [samples[:, start : start + settings.samples] for start in starts]
    # a window of a long recording that is silent all through teaches nothing;
    # nor does one that a header only promised
    audible = [window for window in windows if not audio.is_silent(window)]
    if not audible:
        return ClipEntry(reason="silent")
    rows = rows[: len(audible)]
    for row, window in zip(rows, audible, strict=True):
        wave[row] = audio.fit_length(window, settings.samples, settings.padding)
    digests = tuple(content_digest(wave[row].tobytes()) for row in rows)
    return ClipEntry(tuple(rows), digests)


def _read_recording(clip: Clip, settings: StoreSettings) -> audio.Samples:
    """(C, T) of the whole clip. Raises `Unusable`."""
    samples = audio.read_samples(clip.path, settings.sample_rate, clip.start, clip.stop)
    return audio.to_channels(samples, settings.channels)


def _copy_rows(
    entry: ClipEntry, source: np.ndarray, wave: np.ndarray, rows: range
) -> ClipEntry:
    """Take over the rows of a previous pack."""
    rows = rows[: len(entry.rows)]
    for new, old in zip(rows, entry.rows, strict=True):
        wave[new] = source[old]
    return ClipEntry(tuple(rows), entry.digests, entry.reason)


def _previous_entries(home: Path) -> dict[str, tuple[ClipEntry, np.ndarray]]:
    """The entries of all packs of the same settings, each with the rows it points into."""
    entries = {}
    for pack in _previous_packs(home):
        index = _read_index(pack)
        if _find_damage(pack, index):
            continue
        wave = np.load(pack / _WAVE, mmap_mode="r")
        for key, entry in index.items():
            entries[key] = (entry, wave)
    return entries


def _previous_packs(home: Path) -> list[Path]:
    packs = [path.parent for path in home.glob(f"*/{_INDEX}")]
    return [pack for pack in packs if pack.suffix != ".tmp"]


def _is_complete(pack: Path) -> bool:
    return (pack / _INDEX).is_file() and (pack / _WAVE).is_file()


def _read_index(pack: Path) -> dict[str, ClipEntry]:
    """What a pack holds, by the keys of its clips."""
    index = read_json_object(pack / _INDEX)
    return {key: _entry_of(**values) for key, values in index.items()}


def _entry_of(rows: list[int], digests: list[str], reason: str) -> ClipEntry:
    return ClipEntry(tuple(rows), tuple(digests), reason)


def _publish_draft(draft: Path, pack: Path) -> None:
    """Give a draft its name, unless another run was first with the same content."""
    if not _is_complete(draft):
        raise UserError(
            f"{draft} was removed while it was written; run the command again."
        )
    try:
        os.rename(draft, pack)
    except OSError:
        if not _is_complete(pack):
            raise
        shutil.rmtree(draft)


def _remove_stale_drafts(home: Path) -> None:
    """Remove the drafts of runs that were killed here; of other machines no one can tell."""
    for draft in home.glob(f"*.{_machine_name()}.*.tmp"):
        process = int(draft.name.split(".")[1])
        if not _is_alive(process):
            shutil.rmtree(draft, ignore_errors=True)


@cache
def _machine_name() -> str:
    """A name for all processes that see each other's numbers: a machine, or a container of it."""
    facts = [platform.node()]
    with suppress(OSError):  # Linux alone has them
        facts.append(Path("/proc/sys/kernel/random/boot_id").read_text())
        facts.append(os.readlink("/proc/self/ns/pid"))
    return content_digest("\n".join(facts).encode())[:12]


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _create_memmap(pack: Path, rows: int, settings: StoreSettings) -> np.memmap:
    """(N, C, T) on disk, to be filled; an empty file can't be mapped."""
    shape = (max(1, rows), settings.channels, settings.samples)
    path = pack / _WAVE
    try:
        _check_space(pack, math.prod(shape) * np.float32().itemsize)
        wave = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=shape)
        _reserve_space(path)
    except BaseException:
        shutil.rmtree(pack, ignore_errors=True)
        raise
    return wave


def _check_space(pack: Path, needed: int) -> None:
    """Raise `UserError` where a disk has no room for so many bytes."""
    free = shutil.disk_usage(pack).free
    if needed + _SPARE_BYTES > free:
        raise UserError(_tell_space(pack.parent.parent, needed, free))


def _reserve_space(path: Path) -> None:
    """Take the room that a file needs: a mapped one that finds none ends the program (SIGBUS)."""
    if not hasattr(os, "posix_fallocate"):
        return
    size = path.stat().st_size
    try:
        with path.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, size)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            return  # a file system that can't reserve
        free = shutil.disk_usage(path.parent).free
        raise UserError(_tell_space(path.parents[2], size, free)) from error


def _tell_space(store: Path, needed: int, free: int) -> str:
    return (
        f"The store {store} needs {_megabytes(needed)} and {_megabytes(free)} are free "
        "on its disk; make room, or choose another folder with paths.store=..."
    )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


def _open_memmap(pack: Path) -> Tensor:
    """The samples (N, C, T) of a pack, as a tensor over the mapped file."""
    # "c": a writable view that never writes back
    return torch.from_numpy(np.load(pack / _WAVE, mmap_mode="c"))
