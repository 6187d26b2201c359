"""Fetching recordings by name, so that a broken-off download goes on where it ended."""

import os
import shutil
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlparse
from urllib.request import urlopen

from auris.core.errors import UserError
from auris.core.progress import map_parallel

_TIMEOUT = 4.0  # s without an answer, after which the network counts as not there
_THREADS = 8

Validate = Callable[[Path], bool]


class Unreachable(Exception):
    """The network is not there, or not for this address."""


def fetch_all(names: Sequence[str], url: str, folder: Path, valid: Validate) -> None:
    """Fetch `url`/name for each name into `folder`; a file counts once `valid` says so.

    Files that are there and valid are not fetched again. Raises `Unreachable` when the
    first file can't be had, and `UserError` when a later one can't: then the same command
    goes on.
    """
    wanted = [name for name in names if not valid(folder / name)]
    if not wanted:
        return
    fetch_file(wanted[0], url, folder, valid)

    def fetch(name: str) -> None:
        fetch_file(name, url, folder, valid)

    try:
        map_parallel(fetch, wanted[1:], f"Downloading to {folder}", _THREADS)
    except Unreachable as error:
        present = sum((folder / name).is_file() for name in names)
        raise UserError(
            f"The download broke off after {present} of {len(names)} files ({error}); "
            "run it again to go on, or name another address with data.url=..."
        ) from error


def fetch_file(name: str, url: str, folder: Path, valid: Validate) -> None:
    """Fetch one file; it gets its name only when it is whole and valid."""
    if urlparse(url).scheme not in ("http", "https"):
        raise UserError(f"data.url must begin with http:// or https://, not {url}.")
    address = f"{url.rstrip('/')}/{quote(name)}"
    draft = folder / f"{name}.{os.getpid()}.part"
    try:
        _download(address, draft)
        if not valid(draft):
            raise Unreachable(f"{address} is not the recording that it should be")
        os.replace(draft, folder / name)
    except (HTTPException, OSError) as error:
        reason = getattr(error, "reason", error)
        raise Unreachable(f"{address}: {reason}") from error
    finally:
        draft.unlink(missing_ok=True)


def _download(address: str, path: Path) -> None:
    with urlopen(address, timeout=_TIMEOUT) as response:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            shutil.copyfileobj(response, file)
