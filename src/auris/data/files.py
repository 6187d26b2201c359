"""What is known of each audio file: a hash of its content and what its header says. Read once, then remembered."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from auris.core.files import write_atomically
from auris.core.progress import parallel
from auris.data import audio


@dataclass(frozen=True)
class Facts:
    """What a file says of itself."""

    stamp: tuple[int, int] = (0, 0)  # size in bytes and time of the last change in ns
    content: str = ""  # hash of the bytes
    sample_rate: int = 0  # Hz
    channels: int = 0
    duration: float = 0.0  # s
    reason: str = ""  # why it can't be used, if it can't


def facts_of(paths: Iterable[Path], store: Path) -> dict[Path, Facts]:
    """The facts of each file. Files that did not change since the last time are not opened."""
    memory = store / "files.json"
    known = {
        path: Facts(**{**facts, "stamp": tuple(facts["stamp"])})
        for path, facts in load(memory).items()
    }
    wanted = {path: path.resolve() for path in dict.fromkeys(paths)}
    stale = [
        path
        for path in wanted.values()
        if stamp(path) != getattr(known.get(str(path)), "stamp", None)
    ]
    if stale:
        known |= dict(
            zip(
                map(str, stale),
                parallel(look, stale, "Looking at recordings"),
                strict=True,
            )
        )
        write_atomically(
            memory, json.dumps({path: asdict(facts) for path, facts in known.items()})
        )
    return {path: known[str(full)] for path, full in wanted.items()}


def look(path: Path) -> Facts:
    """Open one file."""
    try:
        info = audio.header(path)
        content = hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()
    except audio.Unusable as error:
        return Facts(
            stamp(path), reason=str(error), content=f"unusable {path} {stamp(path)}"
        )
    except OSError as error:
        return Facts(
            stamp(path),
            reason=f"unreadable ({error.strerror})",
            content=f"unusable {path} {stamp(path)}",
        )
    return Facts(stamp(path), content, info.samplerate, info.channels, info.duration)


def stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        return 0, 0
    return status.st_size, status.st_mtime_ns


def load(path: Path) -> dict[str, dict]:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
