"""Files that others see whole or not at all, and names for contents."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def content_digest(content: bytes) -> str:
    """A name of 32 letters for a content."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Write a file that others see whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, path)


def read_json_object(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds; an empty one where it can't be read."""
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
