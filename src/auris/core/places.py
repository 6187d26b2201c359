"""Where things are: the configurations that ship with the program, and what users bring."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def config_folder() -> Path:
    """The folder of the configurations: that of the checkout, else that of the package."""
    checkout = _PACKAGE.parents[1] / "configs"
    return checkout if checkout.is_dir() else _PACKAGE / "configs"


def shorten_path(path: Path) -> Path:
    """A path as people type it: from where they stand, if it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def is_inside(path: str | Path, folder: Path) -> bool:
    """Whether `path` is below `folder`, wherever links lead."""
    return Path(path).resolve().is_relative_to(folder.resolve())
