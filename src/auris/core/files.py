"""Files that others see whole or not at all, and names for contents."""

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from auris.core.errors import UserError, first_line


def content_digest(content: bytes | memoryview) -> str:
    """A name of 32 letters for a content."""
    return _new_digest(content).hexdigest()


def file_digest(path: Path) -> str:
    """The `content_digest` of a file, which may be larger than the memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, _new_digest).hexdigest()


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


def load_json_object(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds. Raises `UserError`, which names the file, for any
    other.
    """
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        reason = first_line(error).rstrip(".")
        raise UserError(f"{path} is damaged ({reason}).") from error
    if not isinstance(value, dict):
        raise UserError(f"{path} is damaged: it holds no settings.")
    return value


def load_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header. Raises `UserError`, which names the file."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror}).") from error
    except (ValueError, csv.Error) as error:
        reason = first_line(error).rstrip(".")
        raise UserError(f"{path} is damaged ({reason}).") from error


def read_json_object(path: Path) -> dict[str, Any]:
    """The object that a JSON file holds; an empty one where it can't be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _new_digest(content: bytes | memoryview = b"") -> hashlib.blake2b:
    return hashlib.blake2b(content, digest_size=16)
