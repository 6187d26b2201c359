"""Where things are: the configurations that ship with the program, and what users bring.

From a checkout Auris keeps `data`, `outputs` and `.store` in it, wherever the user stands; once
installed, in `~/auris`. AURIS_DATA, AURIS_OUTPUTS and AURIS_STORE name other folders.
"""

import os
from pathlib import Path

from omegaconf import OmegaConf

_PACKAGE = Path(__file__).resolve().parents[1]
_CONFIGS = "configs"
_FOLDERS = {"data": "data", "outputs": "outputs", "store": ".store"}


def checkout() -> Path | None:
    """The checkout that the program runs from, if it is not installed without one."""
    root = _PACKAGE.parents[1]
    return root if (root / _CONFIGS / "train.yaml").is_file() else None


def config_folder() -> Path:
    """The folder of the configurations: that of the checkout, else that of the package."""
    return (checkout() or _PACKAGE) / _CONFIGS


def find_folder(name: str) -> Path:
    """The folder of the "data" that users bring, the "outputs" of runs, or the "store" of decoded
    recordings; relative where it is below the one in which the user stands.
    """
    variable = os.environ.get(f"AURIS_{name.upper()}")
    if variable:
        return Path(variable).expanduser()
    home = checkout() or Path.home() / "auris"
    return shorten_path(home / _FOLDERS[name])


def shorten_path(path: Path) -> Path:
    """A path as people type it: from where they stand, if it is below."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def find_output(typed: str | Path) -> Path:
    """What people name in words like outputs/cats_babies/mlp/latest: from where they stand, else
    from the folder of outputs or the one that holds it.
    """
    path = Path(typed).expanduser()
    if path.exists():
        return path
    outputs = find_folder("outputs")
    for base in (outputs.absolute().parent, outputs):
        if (base / path).exists():
            return base / path
    return path


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


# configurations say ${folder:outputs}
OmegaConf.register_new_resolver(
    "folder", lambda name: str(find_folder(name)), replace=True
)
