"""Files whose headers are known to be wrong about their length, read as if they were right.

An MP3 of variable bit rate has no length without a Xing frame at its front: decoders guess one
from the first bit rate. A WAV whose recorder lost its power says that it holds nothing.
"""

import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import final

from auris.data.random_access import RandomAccess

# kbit/s by the index in a header, layer III, of MPEG-1 and of MPEG-2 and 2.5 (ISO 11172-3, 13818-3)
_RATES_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_RATES_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)

# Hz, of MPEG-1; the others have a half and a quarter of it
_SAMPLE_RATES = (44100, 48000, 32000)
_HALVINGS = {3: 0, 2: 1, 0: 2}  # by the version in a header

_LENGTH_TAGS = (b"Xing", b"Info", b"VBRI")  # a first frame with one of them tells
_HAS_FRAMES = 1  # the flag of a Xing frame that says how many there are
_TOLERANCE = 3  # frames, that a right guess may be wrong by
_MAX_TAIL = 2**11  # bytes: the rest of a cut frame, or a tag
_CHUNK_NAME = re.compile(rb"[A-Za-z0-9]{3}[A-Za-z0-9 ]")
_ANY_LENGTH = b"\xff\xff\xff\xff"  # as programs write that can't know


@final
@dataclass(frozen=True)
class Mending:
    """What takes the place of the first bytes of a file."""

    head: bytes
    skipped: int  # bytes that it takes the place of

    def open(self, path: Path) -> "_MendedFile":
        return _MendedFile(path, self)


@final
class _MendedFile(RandomAccess):
    """A file of which other bytes are read at its front."""

    def __init__(self, path: Path, mending: Mending):
        self._file = path.open("rb")
        self._head = mending.head
        self._shift = len(mending.head) - mending.skipped
        super().__init__(path.stat().st_size + self._shift)

    def read_at(self, place: int, count: int) -> bytes:
        content = self._head[place : place + count]
        if content:
            return content
        self._file.seek(place - self._shift)
        return self._file.read(count)

    def close(self) -> None:
        self._file.close()
        super().close()


@final
@dataclass(frozen=True)
class _Frame:
    """A frame of an MP3."""

    header: bytes  # 4 bytes
    version: int
    length: int  # bytes
    samples: int

    @property
    def tag_place(self) -> int:
        """Where a Xing tag stands in it: behind the side information."""
        is_mono = self.header[3] >> 6 == 3
        if self.version == 3:
            return 21 if is_mono else 36
        return 13 if is_mono else 21


def find_mending(path: Path, file_format: str, frames: int) -> Mending | None:
    """What makes a header right that promises `frames` samples; None for one that is right."""
    if file_format not in ("MP3", "WAV", "WAVEX") or not path.stat().st_size:
        return None
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
    ):
        if file_format == "MP3":
            return _mend_mp3(content, frames)
        return None if frames else _mend_wav(content)


def _mend_mp3(content: mmap.mmap, frames: int) -> Mending | None:
    """A Xing frame for an MP3 that has none and whose length was guessed wrong."""
    start = _skip_id3(content)
    first = _parse_frame(content, start)
    if first is None:
        return None
    head = content[start : start + first.length]
    if any(tag in head for tag in _LENGTH_TAGS):
        return None
    count, end = _count_mp3_frames(content, start)
    excess = count - frames / first.samples
    is_counted = len(content) - end < _MAX_TAIL
    is_wrong = excess > _TOLERANCE or (is_counted and excess < -_TOLERANCE)
    return Mending(_xing_frame(first, count), start) if is_wrong else None


def _skip_id3(content: mmap.mmap) -> int:
    """Where an ID3v2 tag at the front ends."""
    if content[:3] != b"ID3":
        return 0
    size = 0
    for septet in content[6:10]:
        size = size << 7 | septet & 0x7F
    return 10 + size


def _count_mp3_frames(content: mmap.mmap, start: int) -> tuple[int, int]:
    """How many frames there are, and where the last one ends."""
    count = 0
    end = start
    for frame in _walk_frames(content, start):
        count += 1
        end += frame.length
    return count, end


def _walk_frames(content: mmap.mmap, place: int) -> Iterator[_Frame]:
    while (frame := _parse_frame(content, place)) is not None:
        yield frame
        place += frame.length


def _parse_frame(content: mmap.mmap | bytes, place: int) -> _Frame | None:
    """The frame of layer III at a place, if there is one."""
    header = bytes(content[place : place + 4])
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version = header[1] >> 3 & 3
    rate_index = header[2] >> 4
    sample_index = header[2] >> 2 & 3
    if version not in _HALVINGS or rate_index in (0, 15) or sample_index == 3:
        return None
    rates = _RATES_1 if version == 3 else _RATES_2
    samples = 1152 if version == 3 else 576
    sample_rate = _SAMPLE_RATES[sample_index] >> _HALVINGS[version]
    padding = header[2] >> 1 & 1
    length = samples // 8 * 1000 * rates[rate_index] // sample_rate + padding
    return _Frame(header, version, length, samples)


def _xing_frame(like: _Frame, count: int) -> bytes:
    """A frame of 64 kbit/s that says how many `count` frames follow."""
    rates = _RATES_1 if like.version == 3 else _RATES_2
    rate_index = rates.index(64)
    sample_bits = like.header[2] & 0x0C
    header = bytes(
        [
            0xFF,
            like.header[1] | 1,  # without a checksum
            rate_index << 4 | sample_bits,
            like.header[3],
        ]
    )
    frame = _parse_frame(header, 0)
    assert frame is not None
    content = bytearray(frame.length)
    content[:4] = header
    tag = b"Xing" + struct.pack(">II", _HAS_FRAMES, count)
    content[frame.tag_place : frame.tag_place + len(tag)] = tag
    return bytes(content)


def _mend_wav(content: mmap.mmap) -> Mending | None:
    """A chunk of samples that goes on to the end, for one that says it is empty."""
    place = 12
    while place + 8 <= len(content):
        name = content[place : place + 4]
        (length,) = struct.unpack("<I", content[place + 4 : place + 8])
        end = place + 8
        if name == b"data":
            rest = content[end : end + 4]
            if length or not rest or _CHUNK_NAME.fullmatch(rest):
                return None
            return Mending(content[: place + 4] + _ANY_LENGTH, end)
        place = end + length + length % 2
    return None
