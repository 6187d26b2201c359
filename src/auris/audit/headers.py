"""Whether a file holds all that its header promises."""

import struct
from pathlib import Path
from typing import BinaryIO

ORDER = {
    b"RIFF": "<",
    b"RIFX": ">",
    b"FORM": ">",
}  # of bytes in the sizes of chunks, in WAV and AIFF


SOUND = (b"data", b"SSND")  # the chunks that hold samples


UNKNOWN = (
    2**31 - 2**16
)  # bytes; more, or none, says a program that wrote to a pipe and could not know


TAIL = (
    2**17
)  # bytes, in which an Ogg file must have its last page: pages have 2^16 at most


LAST = 4  # the flag of the last page of an Ogg stream (RFC 3533, section 6)


def is_cut_short(path: Path) -> bool:
    """Whether a WAV or AIFF file is smaller than it says, or an Ogg file lacks its end."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(0)
        kind = file.read(12)[:4]
        if kind in ORDER:
            return lacks_samples(file, ORDER[kind], size)
        return kind == b"OggS" and lacks_end(file, size)


def lacks_samples(file: BinaryIO, order: str, size: int) -> bool:
    """Whether the chunk of samples would reach beyond the end of the file."""
    while len(head := file.read(8)) == 8:
        name, length = struct.unpack(f"{order}4sI", head)
        if name in SOUND:
            return 0 < length < UNKNOWN and file.tell() + length > size
        file.seek(length + length % 2, 1)
    return False


def lacks_end(file: BinaryIO, size: int) -> bool:
    """Whether the last page of an Ogg file is not marked as the last."""
    file.seek(max(0, size - TAIL))
    tail = file.read()
    page = tail.rfind(b"OggS")
    return page >= 0 and len(tail) > page + 5 and not tail[page + 5] & LAST
