"""Files that others see whole or not at all, and names for contents."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


def content_digest(content: bytes) -> str:
    """A name of 32 letters for a content."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write a file that others see whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(path) as draft:
        draft.write_text(text, encoding="utf-8")


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """A passing file beside `path`, which takes its place once it is whole and on the disk."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def read_json_object(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds; an empty one where it can't be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
