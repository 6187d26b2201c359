"""The clip store: every recording decoded, resampled and cut once, then mapped into memory.

A *pack* is a folder with the samples of one data set at one setting (`wave.npy`, memory-mapped) and an index.
Its name is a hash of the contents of all files and of the settings, so a changed file makes a new pack,
which takes over the rows of those that did not change. A pack is built under another name and renamed when
it is whole: a kill, or a second run at the same time, never leaves a broken one.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch
from torch import Tensor

from auris.core.files import digest, write_atomically
from auris.core.progress import parallel
from auris.data import audio
from auris.data.clips import Clip
from auris.data.files import Facts, facts_of, load

VERSION = 1  # raised whenever the same file and settings would give other samples


@dataclass(frozen=True)
class Settings:
    """All that the samples of a clip depend on, besides the file."""

    sample_rate: int  # Hz
    channels: int
    samples: int  # T of each clip
    padding: str  # "repeat" or "zeros"


@dataclass(frozen=True)
class Entry:
    """What a pack holds of one clip."""

    rows: tuple[int, ...] = ()  # a long clip is cut into several
    digests: tuple[str, ...] = ()  # hash of the samples of each row
    reason: str = ""  # why it can't be used, if it can't


@dataclass(frozen=True)
class Store:
    """The samples of a list of clips."""

    name: str  # changes with any content and any setting
    wave: Tensor  # (N, C, T) float32, mapped from disk
    entries: tuple[Entry, ...]  # one a clip


def open_store(clips: Sequence[Clip], settings: Settings, folder: Path) -> Store:
    """The store of these clips, built where it is not there yet."""
    facts = facts_of((clip.path for clip in clips), folder)
    keys = [f"{facts[clip.path].content}:{clip.start}:{clip.stop}" for clip in clips]
    home = folder / digest(json.dumps([VERSION, asdict(settings)]).encode())[:12]
    pack = home / digest("\n".join(keys).encode())
    if not (pack / "index.json").is_file():
        build(pack, dict(zip(keys, clips, strict=True)), facts, settings)
    index = read_index(pack)
    return Store(
        f"{home.name}-{pack.name}", mapped(pack), tuple(index[key] for key in keys)
    )


def build(
    pack: Path, clips: dict[str, Clip], facts: dict[Path, Facts], settings: Settings
) -> None:
    """Write a pack under a passing name, then publish it in one step."""
    sweep(pack.parent)
    draft = pack.with_name(f"{pack.name}.{os.getpid()}.{uuid4().hex[:6]}.tmp")
    draft.mkdir(parents=True)
    counts = {
        key: windows(clip, facts[clip.path], settings) for key, clip in clips.items()
    }
    starts = np.cumsum([0, *counts.values()])
    shape = (max(1, int(starts[-1])), settings.channels, settings.samples)
    wave = np.lib.format.open_memmap(
        draft / "wave.npy", mode="w+", dtype=np.float32, shape=shape
    )
    old = earlier(pack.parent)

    def enter(job: tuple[str, int]) -> Entry:
        key, row = job
        rows = range(row, row + counts[key])
        if key in old:
            return copy(*old[key], wave, rows)
        return decode(clips[key], facts[clips[key].path], settings, wave, rows)

    jobs = [(key, int(start)) for key, start in zip(clips, starts[:-1], strict=True)]
    entries = parallel(enter, jobs, "Decoding recordings")
    wave.flush()
    write_atomically(
        draft / "index.json",
        json.dumps({key: asdict(e) for key, e in zip(clips, entries, strict=True)}),
    )
    publish(draft, pack)


def windows(clip: Clip, facts: Facts, settings: Settings) -> int:
    """How many clips of T samples a recording is cut into: none is less than half full, but for a first one."""
    duration = min(clip.stop or np.inf, facts.duration) - clip.start
    return (
        0
        if facts.reason
        else max(1, round(duration * settings.sample_rate / settings.samples))
    )


def decode(
    clip: Clip, facts: Facts, settings: Settings, wave: np.ndarray, rows: range
) -> Entry:
    """Read a recording into its rows (C, T) of `wave`."""
    if facts.reason:
        return Entry(reason=facts.reason)
    try:
        whole = audio.to_channels(
            audio.read(clip.path, settings.sample_rate, clip.start, clip.stop),
            settings.channels,
        )
    except audio.Unusable as error:
        return Entry(reason=str(error))
    pieces = [
        whole[:, i * settings.samples : (i + 1) * settings.samples]
        for i in range(len(rows))
    ]
    # a window of a long recording that is silent all through teaches nothing; nor does one a header only promised
    kept = [piece for piece in pieces if not audio.is_silent(piece)]
    if not kept:
        return Entry(reason="silent")
    rows = rows[: len(kept)]
    for row, piece in zip(rows, kept, strict=True):
        wave[row] = audio.fit(piece, settings.samples, settings.padding)
    return Entry(tuple(rows), tuple(digest(wave[row].tobytes()) for row in rows))


def copy(entry: Entry, old: np.ndarray, wave: np.ndarray, rows: range) -> Entry:
    """Take over the rows of an earlier pack."""
    for new, row in zip(rows, entry.rows, strict=False):
        wave[new] = old[row]
    return Entry(tuple(rows[: len(entry.rows)]), entry.digests, entry.reason)


def earlier(home: Path) -> dict[str, tuple[Entry, np.ndarray]]:
    """The entries of all packs of the same settings, each with the samples that it points into."""
    packs = [
        path.parent
        for path in home.glob("*/index.json")
        if path.parent.suffix != ".tmp"
    ]
    waves = {pack: np.load(pack / "wave.npy", mmap_mode="r") for pack in packs}
    return {
        key: (entry, wave)
        for pack, wave in waves.items()
        for key, entry in read_index(pack).items()
    }


def read_index(pack: Path) -> dict[str, Entry]:
    """What a pack holds, by the keys of its clips."""
    entries = load(pack / "index.json").items()
    return {
        key: Entry(tuple(e["rows"]), tuple(e["digests"]), e["reason"])
        for key, e in entries
    }


def publish(draft: Path, pack: Path) -> None:
    """Give a finished draft its name, unless another run was first with the same content."""
    try:
        os.rename(draft, pack)
    except OSError:
        if not (pack / "index.json").is_file():
            raise
        shutil.rmtree(draft)


def sweep(home: Path) -> None:
    """Remove the drafts of runs that were killed."""
    for draft in home.glob("*.tmp"):
        if not alive(int(draft.name.split(".")[1])):
            shutil.rmtree(draft, ignore_errors=True)


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def mapped(pack: Path) -> Tensor:
    """The samples (N, C, T) of a pack, as a tensor over the mapped file."""
    return torch.from_numpy(
        np.load(pack / "wave.npy", mmap_mode="c")
    )  # "c": a writable view that never writes back
