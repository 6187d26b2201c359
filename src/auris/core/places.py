"""Where things are: configurations that ship with the program, what users bring, what is cached."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def config_folder() -> Path:
    """The folder of the configurations: that of the checkout, else that of the package."""
    checkout = _PACKAGE.parents[1] / "configs"
    return checkout if checkout.is_dir() else _PACKAGE / "configs"


def cache_folder() -> Path:
    """The folder of what can be fetched again: `AURIS_CACHE`, else that of the user."""
    own = os.environ.get("AURIS_CACHE")
    if own:
        return Path(own)
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "auris"


def is_inside(path: str | Path, folder: Path) -> bool:
    """Whether `path` is below `folder`, wherever links lead."""
    return Path(path).resolve().is_relative_to(folder.resolve())
