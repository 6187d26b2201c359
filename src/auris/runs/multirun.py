"""The table that ends a multirun: auris train -m model=linear,mlp"""

import atexit
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from hydra.types import RunMode
from omegaconf import DictConfig

from auris.core.terminal import say
from auris.runs.compare import summarize_runs
from auris.runs.datasets import group_by_dataset
from auris.runs.find import Run, find_runs
from auris.runs.tables import join_sections, to_markdown

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
        with _runs_file(hydra).open("a", encoding="utf-8") as file:
            file.write(f"{folder}\n")


def print_table(runs_file: Path) -> None:
    """Print the table of the runs that a file lists, if there are several.

    Where they were asked to test, that is a table of its own.
    """
    if not runs_file.is_file():
        return
    folders = runs_file.read_text(encoding="utf-8").splitlines()
    if len(folders) > 1:
        runs = find_runs(folders)
        for split in ("val", "test"):
            if scored := [run for run in runs if split in run.result]:
                print()
                say(_tables(scored, split))


def _tables(runs: Sequence[Run], split: str) -> str:
    """A table for each data set."""
    tables = {}
    for title, group in group_by_dataset(runs):
        summaries = summarize_runs(group, metric=None, split=split)
        tables[title] = to_markdown(summaries, split)
    return join_sections(tables)


def _runs_file(hydra: Any) -> Path:
    return Path(hydra.runtime.cwd, hydra.sweep.dir, _RUNS)
