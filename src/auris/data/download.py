"""Fetching recordings by name, so that a broken-off download goes on where it ended."""

import os
import shutil
from collections.abc import Callable, Sequence
from http.client import HTTPException
from pathlib import Path
from urllib.parse import quote, urlparse
from urllib.request import urlopen

from auris.core.errors import UserError
from auris.core.progress import parallel

PATIENCE = 4.0  # s without an answer, after which the network counts as not there


class Unreachable(Exception):
    """The network is not there, or not for this address."""


def fetch_all(
    names: Sequence[str], url: str, folder: Path, valid: Callable[[Path], bool]
) -> None:
    """Fetch `url`/name for each name into `folder`; a file counts once `valid` says so.

    Files that are there and valid are not fetched again. Raises `Unreachable` when the first file can't be had,
    and `UserError` when a later one can't: then the same command goes on.
    """
    wanted = [name for name in names if not valid(folder / name)]
    if not wanted:
        return
    fetch(wanted[0], url, folder, valid)
    try:
        parallel(
            lambda name: fetch(name, url, folder, valid),
            wanted[1:],
            f"Downloading to {folder}",
            workers=8,
        )
    except Unreachable as error:
        there = sum((folder / name).is_file() for name in names)
        raise UserError(
            f"The download broke off after {there} of {len(names)} files ({error}); run it again to go on, "
            "or name another address with data.url=..."
        ) from error


def fetch(name: str, url: str, folder: Path, valid: Callable[[Path], bool]) -> None:
    """Fetch one file; it gets its name only when it is whole and valid."""
    if urlparse(url).scheme not in ("http", "https"):
        raise UserError(f"data.url must begin with http:// or https://, not {url}.")
    address, draft = (
        f"{url.rstrip('/')}/{quote(name)}",
        folder / f"{name}.{os.getpid()}.part",
    )
    try:
        with urlopen(address, timeout=PATIENCE) as answer:
            folder.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                shutil.copyfileobj(answer, file)
        if not valid(draft):
            raise Unreachable(f"{address} is not the recording that it should be")
        os.replace(draft, folder / name)
    except (HTTPException, OSError) as error:
        raise Unreachable(f"{address}: {getattr(error, 'reason', error)}") from error
    finally:
        draft.unlink(missing_ok=True)
