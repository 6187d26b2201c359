"""The folder of a run: where it is, and what is in it."""

from pathlib import Path

from omegaconf import DictConfig

from auris.core.commands import command_line
from auris.core.errors import UserError
from auris.core.files import load_rows
from auris.core.places import find_folder, find_output
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
    """The folder of an existing run. Raises `UserError` where there is none."""
    folder = find_output(path).resolve()
    if not (folder / CONFIG).is_file():
        configs = find_folder("outputs").glob("*/*/latest/" + CONFIG)
        known = sorted(str(config.parent) for config in configs)
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
        raise UserError(
            f"The run in {path} is not finished; "
            f"{command_line('train', f'resume={path}')} goes on with it."
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
