"""`latest` in a path: the newest run below what stands before it."""

import re
from collections.abc import Iterable
from pathlib import Path

from auris.core.errors import UserError
from auris.core.places import find_folder, find_output

LATEST = "latest"
_CONFIG = "config.yaml"  # every run has one
_DEPTHS = ("*", "*/*", "*/*/*")  # of runs below a model, a data set, outputs
_TIME = re.compile(r"\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d")


def resolve_latest(typed: str | Path) -> Path:
    """A path as it was typed, see `find_output`, with the newest run for `latest`.

    outputs/cats_babies/mlp/latest, outputs/cats_babies/latest and latest/model.onnx are understood;
    `latest` alone is the newest of all outputs. A folder of that name is itself. Raises `UserError`
    where there is no run.
    """
    path = Path(typed).expanduser()
    for at, part in enumerate(path.parts):
        if part != LATEST or _is_folder(find_output(Path(*path.parts[: at + 1]))):
            continue
        above = find_output(Path(*path.parts[:at])) if at else find_folder("outputs")
        newest = find_newest(runs_below(above))
        if newest is None:
            raise UserError(f"There is no run below {above}.")
        return newest.joinpath(*path.parts[at + 1 :])
    return find_output(path)


def runs_below(folder: Path) -> list[Path]:
    """The runs in a folder of outputs, of a data set or of a model, finished or not."""
    found = []
    for depth in _DEPTHS:
        configs = folder.glob(f"{depth}/{_CONFIG}")
        found += [path.parent for path in configs if not path.parent.is_symlink()]
    return sorted(found)


def find_newest(runs: Iterable[Path]) -> Path | None:
    """The run that began last, by its name; by its files where names tell no time."""
    return max(runs, key=_began, default=None)


def _began(run: Path) -> tuple[str, int]:
    time = _TIME.match(run.name)
    return time[0] if time else "", (run / _CONFIG).stat().st_mtime_ns


def _is_folder(path: Path) -> bool:
    """Whether a path is a folder of its own, and not one of the links that runs once made."""
    return path.is_dir() and not path.is_symlink()
