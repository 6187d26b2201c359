"""Whether a file holds all that its header promises."""

import struct
from pathlib import Path
from typing import BinaryIO

# of bytes in the sizes of chunks, in WAV and AIFF
_BYTE_ORDERS = {b"RIFF": "<", b"RIFX": ">", b"FORM": ">"}

_SAMPLE_CHUNKS = (b"data", b"SSND")  # the chunks that hold samples

# bytes; more, or none, says a program that wrote to a pipe and could not know
_UNKNOWN_LENGTH = 2**31 - 2**16

# bytes, in which an Ogg file must have its last page: pages have 2^16 at most
_OGG_TAIL = 2**17

_OGG_FLAGS = 5  # where the flags of a page are
_OGG_LAST_PAGE = 4  # the flag of the last page of a stream (RFC 3533, section 6)


def is_cut_short(path: Path) -> bool:
    """Whether a WAV or AIFF file is smaller than it says, or an Ogg file lacks its end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        kind = head[:4]
        if kind in _BYTE_ORDERS:
            order = _BYTE_ORDERS[kind]
            return _lacks_samples(file, order, size)
        if kind == b"OggS":
            return _lacks_end(file, size)
    return False


def _lacks_samples(file: BinaryIO, order: str, size: int) -> bool:
    """Whether the chunk of samples would reach beyond the end of the file."""
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack(f"{order}4sI", head)
        if name in _SAMPLE_CHUNKS:
            is_known = 0 < length < _UNKNOWN_LENGTH
            end = file.tell() + length
            return is_known and end > size
        padding = length % 2
        file.seek(length + padding, 1)
    return False


def _lacks_end(file: BinaryIO, size: int) -> bool:
    """Whether the last page of an Ogg file is not marked as the last."""
    file.seek(max(0, size - _OGG_TAIL))
    tail = file.read()
    page = tail.rfind(b"OggS")
    flags = page + _OGG_FLAGS
    if page < 0 or len(tail) <= flags:
        return False
    return not tail[flags] & _OGG_LAST_PAGE
