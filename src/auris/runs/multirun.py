"""The table that ends a sweep: python train.py -m model=linear,mlp"""

import atexit
import os
from pathlib import Path
from typing import Any

from hydra.core.utils import JobReturn, JobStatus
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig

from auris.runs.folder import DECIDED

RUNS = "runs.txt"  # in the folder of a sweep: the folders of its finished runs


class Swept(Callback):
    """Writes down the runs that a sweep finishes, in whatever process, and shows them all in a table at the end.

    At the end of the process, as Hydra calls `on_multirun_end` only where no run has failed.
    """

    def on_multirun_start(self, config: DictConfig, **_: Any) -> None:
        notes(config).unlink(missing_ok=True)
        atexit.register(show, notes(config))

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **_: Any) -> None:
        if config.hydra.mode == RunMode.MULTIRUN and job_return.status == JobStatus.COMPLETED:
            with notes(config).open("a") as file:
                file.write(os.environ[DECIDED] + "\n")


def notes(config: DictConfig) -> Path:
    return Path(config.hydra.runtime.cwd, config.hydra.sweep.dir, RUNS)


def show(path: Path) -> None:
    """Print the table of the runs that `path` lists, if there are several."""
    folders = path.read_text().splitlines() if path.is_file() else []
    if len(folders) > 1:
        from auris.runs.compare import compare, markdown, which_set
        from auris.runs.find import find_runs

        runs = find_runs(folders)
        print(f"\n{markdown(compare(runs, None, which_set(runs)), which_set(runs))}", flush=True)
