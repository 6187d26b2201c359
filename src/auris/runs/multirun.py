"""The table that ends a sweep: python train.py -m model=linear,mlp"""

import atexit
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig

RUNS = "runs.txt"  # in the folder of a sweep: the folders of its finished runs


class Swept(Callback):
    """Writes down the runs that a sweep finishes, in whatever process, and shows them all in a table at the end.

    At the end of the process, as Hydra calls `on_multirun_end` only where no run has failed.
    """

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        _notes(config.hydra).unlink(missing_ok=True)
        atexit.register(show, _notes(config.hydra))


def note_run(folder: Path) -> None:
    """Write down a finished run for the table of the sweep, if it is one of several."""
    hydra = HydraConfig.get()
    if hydra.mode == RunMode.MULTIRUN:
        with _notes(hydra).open("a") as file:
            file.write(f"{folder}\n")


def _notes(hydra: Any) -> Path:
    return Path(hydra.runtime.cwd, hydra.sweep.dir, RUNS)


def show(path: Path) -> None:
    """Print the table of the runs that `path` lists, if there are several."""
    folders = path.read_text().splitlines() if path.is_file() else []
    if len(folders) > 1:
        from auris.runs.compare import compare, markdown, which_set
        from auris.runs.find import find_runs

        runs = find_runs(folders)
        print(
            f"\n{markdown(compare(runs, None, which_set(runs)), which_set(runs))}",
            flush=True,
        )
