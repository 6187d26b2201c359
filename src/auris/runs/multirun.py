"""The table that ends a multirun: auris train -m model=linear,mlp"""

import atexit
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig

from auris.runs.compare import summarize_runs
from auris.runs.find import find_runs
from auris.runs.tables import to_markdown

_RUNS = "runs.txt"  # in the folder of a multirun: the folders of its finished runs


class MultirunTable(Callback):
    """Shows all runs that a multirun finishes, in whatever process, in a table at the end.

    At the end of the process, as Hydra calls `on_multirun_end` only where no run has failed.
    """

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        runs_file = _runs_file(config.hydra)
        runs_file.unlink(missing_ok=True)
        atexit.register(print_table, runs_file)


def note_run(folder: Path) -> None:
    """Write down a finished run for the table of the multirun, if it is one of several."""
    hydra = HydraConfig.get()
    if hydra.mode == RunMode.MULTIRUN:
        with _runs_file(hydra).open("a") as file:
            file.write(f"{folder}\n")


def print_table(runs_file: Path) -> None:
    """Print the table of the runs that a file lists, if there are several.

    Where they were asked to test, that is a table of its own.
    """
    if not runs_file.is_file():
        return
    folders = runs_file.read_text().splitlines()
    if len(folders) > 1:
        runs = find_runs(folders)
        for split in ("val", "test"):
            if any(split in run.result for run in runs):
                summaries = summarize_runs(runs, metric=None, split=split)
                print()
                print(to_markdown(summaries, split), flush=True)


def _runs_file(hydra: Any) -> Path:
    return Path(hydra.runtime.cwd, hydra.sweep.dir, _RUNS)
