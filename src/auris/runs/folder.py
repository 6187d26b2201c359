"""The folder of a run: where it is, what `latest` means, and what is in it."""

import os
from datetime import datetime
from pathlib import Path

import torch
from lightning.fabric.utilities.rank_zero import rank_zero_only
from omegaconf import DictConfig
from torch import Tensor

from auris.core.errors import UserError
from auris.core.files import draft_of, load_rows, write_atomically
from auris.data.spec import Spec
from auris.runs.trust import confine, read_configuration

CONFIG = "config.yaml"
SPEC = "spec.json"
FINGERPRINT = "fingerprint.txt"
MODEL = "model.pt"
RESULT = "result.json"
PREDICTIONS = "predictions_{}.csv"
CURVES = ("metrics.csv", "refit/metrics.csv")  # where a run may have its curves
LEDGER = "test_ledger.jsonl"  # beside the runs of all data sets
_MAX_RUNS = 1000  # that begin in one second


def keep_configuration(folder: Path, yaml: str, spec: Spec, fingerprint: str) -> None:
    """Write what repeats a run: its configuration and what it knows of the data."""
    write_atomically(folder / CONFIG, yaml)
    spec.save(folder / SPEC)
    write_atomically(folder / FINGERPRINT, fingerprint)


def check_same_data(folder: Path, fingerprint: str) -> None:
    """Raise `UserError` where clips, labels or split are no longer those of the run.

    Training and test clips would mix.
    """
    path = folder / FINGERPRINT
    if path.is_file() and path.read_bytes().decode(errors="replace") != fingerprint:
        raise UserError(
            f"The data of {folder} has changed since it was trained; train anew."
        )


@rank_zero_only
def save_weights(weights: dict[str, Tensor], path: Path) -> None:
    """Write weights by name, so that others see the file whole or not at all."""
    with draft_of(path) as draft:
        torch.save(weights, draft)


def new_folder(parent: Path) -> Path:
    """A fresh folder named by the time, with `latest` beside it pointing at it.

    Where several processes train, the first one makes it, and tells the others once they are
    connected.
    """
    now = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    if getattr(rank_zero_only, "rank", 0):
        return parent / now
    for name in [now, *(f"{now}_{number}" for number in range(2, _MAX_RUNS))]:
        folder = parent / name
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        point_latest(folder)
        return folder
    raise UserError(f"{parent} holds a thousand runs of this second.")


def point_latest(folder: Path) -> None:
    link = folder.parent / "latest"
    draft = folder.parent / f".latest.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(folder.name)
    os.replace(draft, link)


def find_run(path: str) -> Path:
    """The folder of an existing run. Raises `UserError` where there is none."""
    folder = Path(path).expanduser().resolve()
    if not (folder / CONFIG).is_file():
        known = sorted(
            str(found.parent) for found in Path("outputs").glob("*/*/latest/" + CONFIG)
        )
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
            f"The run in {path} is not finished; python train.py resume={path} goes on with it."
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
