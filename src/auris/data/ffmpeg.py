"""Recordings that libsndfile can't read, as FFmpeg decodes them where it is installed."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO, final

from auris.data.random_access import RandomAccess

# of files that libsndfile does not read
SUFFIXES = {
    *(".m4a", ".m4b", ".aac", ".wma", ".webm", ".weba", ".amr", ".3gp"),
    *(".ape", ".wv", ".mka", ".ac3", ".dts", ".ra", ".tta", ".alac"),
}
# FFmpeg's names of such formats: a playlist, which could make it open other files, is none
_FORMATS = "mov,aac,asf,matroska,ogg,amr,ape,wv,ac3,eac3,dts,rm,tta"
_MAX_SECONDS = 600  # that a file may take
_MAX_BYTES = 2**32  # of decoded samples on disk, six hours of one channel at 48 kHz
_MAX_ALLOCATED = 2**28  # bytes, that FFmpeg may ask for at once
_MAX_KEPT = 8  # files that stay decoded


class Undecodable(Exception):
    """What FFmpeg can't decode; the text is the reason."""


@final
@dataclass(frozen=True)
class Transcript:
    """What FFmpeg makes of a file."""

    def open(self, path: Path) -> "_SharedFile":
        """An AU file of floats. Raises `Undecodable`."""
        status = path.stat()
        return _SharedFile(_decode_file(path, status.st_size, status.st_mtime_ns))


@final
class _SharedFile(RandomAccess):
    """A file that several read at places of their own."""

    def __init__(self, file: IO[bytes]):
        super().__init__(os.fstat(file.fileno()).st_size)
        self._file = file

    def read_at(self, place: int, count: int) -> bytes:
        return os.pread(self._file.fileno(), count, place)


def is_installed() -> bool:
    """Whether there is an FFmpeg to ask."""
    return shutil.which("ffmpeg") is not None


def advise(path: Path) -> str:
    """What to do with a recording where there is none."""
    return (
        "install ffmpeg, which reads it, or convert it elsewhere: "
        f"ffmpeg -i {path.name} {path.stem}.flac"
    )


@lru_cache(maxsize=_MAX_KEPT)
def _decode_file(path: Path, size: int, changed: int) -> IO[bytes]:
    """A file of `size` bytes that was `changed` at a time in ns, decoded.

    It has no name, so that it is gone once nobody reads it any more, however the program ends.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise Undecodable("there is no ffmpeg")
    decoded = tempfile.TemporaryFile()  # noqa: SIM115, others read it
    command = _decoding_command(program, path)
    try:
        done = subprocess.run(
            command, stdout=decoded, stderr=subprocess.PIPE, timeout=_MAX_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise Undecodable(f"ffmpeg took more than {_MAX_SECONDS} s") from error
    if done.returncode:
        raise Undecodable(f"ffmpeg: {_last_line(done.stderr)}")
    if os.fstat(decoded.fileno()).st_size >= _MAX_BYTES:
        raise Undecodable("too long for ffmpeg; cut it into shorter files")
    return decoded


def _decoding_command(program: str, path: Path) -> list[str | bytes]:
    """What makes an AU file of a recording: AU may say that it does not know its length."""
    return [
        *(program, "-nostdin", "-hide_banner", "-loglevel", "error"),
        *("-max_alloc", str(_MAX_ALLOCATED)),
        *("-protocol_whitelist", "file", "-format_whitelist", _FORMATS),
        *("-i", b"file:" + os.fsencode(path.absolute())),
        *("-map", "0:a:0", "-c:a", "pcm_f32be", "-f", "au"),
        *("-fs", str(_MAX_BYTES), "pipe:1"),
    ]


def _last_line(text: bytes) -> str:
    """The last line of what was said, which has the reason, without the name of the file."""
    lines = text.decode(errors="replace").strip().splitlines() or ["it failed"]
    return lines[-1].rpartition(": ")[2].rstrip(".")
