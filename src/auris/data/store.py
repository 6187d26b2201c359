"""The clip store: every recording decoded, resampled and cut once, then memory-mapped.

A *pack* is a folder with the samples of one data set at one setting (`wave.npy`) and an
index. Its name is a hash of the contents of all files and of the settings, so a changed
file makes a new pack, which takes over the rows of those that did not change. A pack is
built under another name and renamed when it is whole: a kill, or a second run at the same
time, never leaves a broken one. A pack that is damaged all the same
is built anew: each clip has a digest, which is compared whenever a pack is opened.
"""

import json
import math
import os
import platform
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple, final
from uuid import uuid4

import numpy as np
import torch
from torch import Tensor

from auris.core.disk_space import Purpose, check_space, reserve_space
from auris.core.errors import UserError
from auris.core.files import content_digest, read_json_object, write_atomically
from auris.core.progress import map_parallel
from auris.core.warnings import warn_user
from auris.data import audio
from auris.data.clips import Clip
from auris.data.files import FileInfo, inspect_files

_WAVE = "wave.npy"
_INDEX = "index.json"
_MAX_IDLE = 7 * 24 * 3600.0  # s, after which the draft of another machine is no one's
_VERSION = 1  # raised whenever the same file and settings would give other samples


@final
@dataclass(frozen=True)
class StoreSettings:
    """All that the samples of a clip depend on, besides the file."""

    sample_rate: int  # Hz
    channels: audio.Channels
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


class _Pack(NamedTuple):
    """What is read of a pack."""

    entries: dict[str, ClipEntry]  # by the keys of clips
    wave: np.ndarray  # (N, C, T) float32, mapped


class _Damaged(Exception):
    """A pack that can't be used; the text is the reason."""


# what a pack raises that is not what was written
_UNREADABLE = (
    OSError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
)


def open_store(clips: Sequence[Clip], settings: StoreSettings, folder: Path) -> Store:
    """The store of these clips, built where it is not there yet."""
    infos = inspect_files((clip.path for clip in clips), folder)
    _warn_of_truncated(infos)
    keys = [f"{infos[clip.path].content}:{clip.start}:{clip.stop}" for clip in clips]
    version = json.dumps([_VERSION, asdict(settings)])
    home = folder / content_digest(version.encode())[:12]
    pack = home / content_digest("\n".join(keys).encode())
    _remove_stale_drafts(folder)
    opened = _open_whole(pack, keys)
    if opened is None:
        _build_pack(pack, dict(zip(keys, clips, strict=True)), infos, settings)
        opened = _load_pack(pack)
    entries = tuple(opened.entries[key] for key in keys)
    return Store(f"{home.name}-{pack.name}", torch.from_numpy(opened.wave), entries)


def _open_whole(pack: Path, keys: Sequence[str]) -> _Pack | None:
    """A pack that can be used, if there is one; one that is damaged is removed, which is said."""
    if not pack.exists():
        return None
    try:
        return _open_pack(pack, keys)
    except _Damaged as damage:
        warn_user(f"The store {pack} is damaged ({damage}) and is built anew.")
        shutil.rmtree(pack)
        return None


def _open_pack(pack: Path, keys: Sequence[str]) -> _Pack:
    """A pack that holds the clips `keys` as they were written. Raises `_Damaged`."""
    try:
        opened = _load_pack(pack)
        entries = [opened.entries[key] for key in keys]
        is_same = _verify_rows(entries, opened.wave)
    except _UNREADABLE:
        raise _Damaged(f"{_INDEX} or {_WAVE} can't be read") from None
    if not is_same:
        raise _Damaged("samples have changed on the disk")
    return opened


def _load_pack(pack: Path) -> _Pack:
    # "c": a writable view that never writes back, as torch asks for
    wave = np.load(pack / _WAVE, mmap_mode="c")
    if wave.dtype != np.float32 or not wave.flags.c_contiguous:
        raise ValueError(f"the header of {_WAVE} is damaged")
    return _Pack(_read_index(pack), wave)


def _verify_rows(entries: Sequence[ClipEntry], wave: np.ndarray) -> bool:
    """Whether the rows that clips have in (N, C, T) hold what was written."""
    verdicts = map_parallel(
        lambda entry: _is_unchanged(entry, wave), entries, "Verifying the store"
    )
    return all(verdicts)


def _is_unchanged(entry: ClipEntry, wave: np.ndarray) -> bool:
    """Whether the rows of a clip in (N, C, T) have the digests that were written down."""
    pairs = zip(entry.rows, entry.digests, strict=True)
    return all(content_digest(wave[row].data) == digest for row, digest in pairs)


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
        if key in previous and _is_unchanged(*previous[key]):
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
    kept = 0
    try:
        for number, window in enumerate(_read_windows(clip, settings)):
            # the rest of a recording, less than half a clip, has no row; and a window of a long
            # one that is silent all through teaches nothing
            if number < len(rows) and not audio.is_silent(window):
                fitted = audio.fit_length(window, settings.samples, settings.padding)
                wave[rows[kept]] = fitted
                kept += 1
    except audio.Unusable as error:
        return ClipEntry(reason=str(error))
    if not kept:
        return ClipEntry(reason="silent")
    digests = tuple(content_digest(wave[row].data) for row in rows[:kept])
    return ClipEntry(tuple(rows[:kept]), digests)


def _read_windows(clip: Clip, settings: StoreSettings) -> Iterator[audio.Samples]:
    """A clip in stretches (C, T), the last of which may be shorter. Raises `Unusable`."""
    blocks = audio.read_blocks(clip.path, settings.sample_rate, clip.start, clip.stop)
    rest = np.empty((audio.count_channels(settings.channels), 0), np.float32)
    for block in audio.mix_blocks(blocks, settings.channels):
        joined = np.concatenate([rest, block], axis=1)
        whole = joined.shape[1] // settings.samples * settings.samples
        for start in range(0, whole, settings.samples):
            yield joined[:, start : start + settings.samples]
        rest = joined[:, whole:]
    if rest.shape[1]:
        yield rest


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
        with suppress(*_UNREADABLE):
            opened = _load_pack(pack)
            for key, entry in opened.entries.items():
                entries[key] = (entry, opened.wave)
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


def _remove_stale_drafts(folder: Path) -> None:
    """Remove the drafts of runs that were killed, of all packs: those of this machine at once,
    those of others, and of earlier versions, when they have not grown for long.
    """
    for draft in folder.glob("*/*.tmp"):
        if _is_abandoned(draft):
            shutil.rmtree(draft, ignore_errors=True)


def _is_abandoned(draft: Path) -> bool:
    words = draft.name.split(".")
    if words[2:3] == [_machine_name()] and words[1].isdecimal():
        return not _is_alive(int(words[1]))
    try:
        changed = max(path.stat().st_mtime for path in (draft, *draft.iterdir()))
    except OSError:  # it is gone, or being removed
        return False
    return time.time() - changed > _MAX_IDLE


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
    channels = audio.count_channels(settings.channels)
    shape = (max(1, rows), channels, settings.samples)
    path = pack / _WAVE
    purpose = Purpose(f"The store {pack.parent.parent}", "paths.store")
    try:
        check_space(pack, math.prod(shape) * np.float32().itemsize, purpose)
        wave = np.lib.format.open_memmap(path, "w+", dtype=np.float32, shape=shape)
        reserve_space(path, purpose)
    except BaseException:
        shutil.rmtree(pack, ignore_errors=True)
        raise
    return wave
