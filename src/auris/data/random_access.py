"""Bytes that libsndfile reads as if they were a file."""

import io
from abc import abstractmethod
from typing import Any


class RandomAccess(io.RawIOBase):
    """`size` bytes, of which any can be read."""

    def __init__(self, size: int):
        self._size = size
        self._place = 0

    @abstractmethod
    def read_at(self, place: int, count: int) -> bytes:
        """At most `count` bytes from a place on; none behind the end."""

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origins = (0, self._place, self._size)
        self._place = max(0, origins[whence] + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        content = self.read_at(self._place, len(buffer))
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)
