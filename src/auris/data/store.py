"""The clip store: every recording decoded, resampled and cut once, then memory-mapped.

A *pack* is a folder with the samples of one data set at one setting (`wave.npy`) and an
index. Its name is a hash of the contents of all files and of the settings, so a changed
file makes a new pack, which takes over the rows of those that did not change. A pack is
built under another name and renamed when it is whole: a kill, or a second run at the same
time, never leaves a broken one.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import final
from uuid import uuid4

import numpy as np
import torch
from torch import Tensor

from auris.core.files import content_digest, read_json_object, write_atomically
from auris.core.progress import map_parallel
from auris.core.warnings import warn_user
from auris.data import audio
from auris.data.clips import Clip
from auris.data.files import FileInfo, inspect_files

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
    if not _is_complete(pack):
        _build_pack(pack, dict(zip(keys, clips, strict=True)), infos, settings)
    index = _read_index(pack)
    entries = tuple(index[key] for key in keys)
    return Store(f"{home.name}-{pack.name}", _open_memmap(pack), entries)


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
    draft = pack.with_name(f"{pack.name}.{os.getpid()}.{uuid4().hex[:6]}.tmp")
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
    write_atomically(draft / "index.json", json.dumps(index))
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
        wave = np.load(pack / "wave.npy", mmap_mode="r")
        for key, entry in _read_index(pack).items():
            entries[key] = (entry, wave)
    return entries


def _previous_packs(home: Path) -> list[Path]:
    packs = [path.parent for path in home.glob("*/index.json")]
    return [pack for pack in packs if pack.suffix != ".tmp"]


def _is_complete(pack: Path) -> bool:
    return (pack / "index.json").is_file()


def _read_index(pack: Path) -> dict[str, ClipEntry]:
    """What a pack holds, by the keys of its clips."""
    index = read_json_object(pack / "index.json")
    return {key: _entry_of(**values) for key, values in index.items()}


def _entry_of(rows: list[int], digests: list[str], reason: str) -> ClipEntry:
    return ClipEntry(tuple(rows), tuple(digests), reason)


def _publish_draft(draft: Path, pack: Path) -> None:
    """Give a draft its name, unless another run was first with the same content."""
    try:
        os.rename(draft, pack)
    except OSError:
        if not _is_complete(pack):
            raise
        shutil.rmtree(draft)


def _remove_stale_drafts(home: Path) -> None:
    """Remove the drafts of runs that were killed."""
    for draft in home.glob("*.tmp"):
        process = int(draft.name.split(".")[1])
        if not _is_alive(process):
            shutil.rmtree(draft, ignore_errors=True)


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
    return np.lib.format.open_memmap(
        pack / "wave.npy", mode="w+", dtype=np.float32, shape=shape
    )


def _open_memmap(pack: Path) -> Tensor:
    """The samples (N, C, T) of a pack, as a tensor over the mapped file."""
    # "c": a writable view that never writes back
    return torch.from_numpy(np.load(pack / "wave.npy", mmap_mode="c"))
