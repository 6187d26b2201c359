"""The folder of a run: where it is, and what is in it."""

from pathlib import Path

from omegaconf import DictConfig

from auris.core.commands import command_line
from auris.core.errors import UserError
from auris.core.files import load_rows
from auris.core.places import find_folder, shorten_path
from auris.runs.latest import LATEST, find_newest, resolve_latest, runs_below
from auris.runs.trust import confine, read_configuration

CONFIG = "config.yaml"
SPEC = "spec.json"
FINGERPRINT = "fingerprint.txt"
MODEL = "model.pt"
RESULT = "result.json"
REPORT = "report.html"
PREDICTIONS = "predictions_{}.csv"
CURVES = ("metrics.csv", "refit/metrics.csv")  # where a run may have its curves
LEDGER = "test_ledger.jsonl"  # beside the runs of all data sets


def check_same_data(folder: Path, fingerprint: str) -> None:
    """Raise `UserError` where clips, labels or split are no longer those of the run.

    Training and test clips would mix.
    """
    path = folder / FINGERPRINT
    if path.is_file() and path.read_bytes().decode(errors="replace") != fingerprint:
        raise UserError(
            f"The data of {folder} has changed since it was trained; train anew."
        )


def find_run(path: str) -> Path:
    """The folder of an existing run, where `latest` is the newest one; see `resolve_latest`.

    Raises `UserError` where there is none.
    """
    folder = resolve_latest(path).resolve()
    if not (folder / CONFIG).is_file():
        runs = runs_below(find_folder("outputs"))
        known = sorted({str(run.parent / LATEST) for run in runs})
        hint = f" Runs here: {', '.join(known)}." if known else ""
        raise UserError(
            f"There is no run in {path}; name the folder of one, as in "
            f"outputs/cats_babies/mlp/latest.{hint}"
        )
    return folder


def finished_run(path: str) -> Path:
    """The folder of a run that has its weights. Raises `UserError` where there is none."""
    folder = find_run(path)
    if not (folder / MODEL).is_file():
        run = shorten_path(folder)
        siblings = runs_below(folder.parent)
        finished = find_newest(run for run in siblings if (run / MODEL).is_file())
        hint = (
            f" The newest finished one is {shorten_path(finished)}." if finished else ""
        )
        raise UserError(
            f"The run in {run} is not finished; "
            f"{command_line('train', f'resume={run}')} goes on with it.{hint}"
        )
    return folder


def load_config(folder: Path) -> DictConfig:
    """The configuration that a run saved, without what a stranger's could do harm with."""
    return confine(read_configuration(folder / CONFIG))


def read_curves(folder: Path) -> list[dict[str, str]]:
    """What a run wrote after each epoch, "" where there was nothing to tell; empty for a run
    without curves.
    """
    for path in (folder / name for name in CURVES if (folder / name).is_file()):
        return load_rows(path)
    return []
