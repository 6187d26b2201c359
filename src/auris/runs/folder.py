"""The folder of a run: where it is, what `latest` means, and what is in it."""

import csv
import os
from datetime import datetime
from pathlib import Path

import torch
from lightning.fabric.utilities.rank_zero import rank_zero_only
from omegaconf import DictConfig, OmegaConf

from auris.core.errors import UserError
from auris.core.files import write_atomically
from auris.data.module import AudioData
from auris.training.system import System


@rank_zero_only
def keep(cfg: DictConfig, data: AudioData, folder: Path) -> None:
    """Write what repeats the run: its configuration and what it knows of the data."""
    write_atomically(folder / CONFIG, OmegaConf.to_yaml(cfg, resolve=True))
    data.spec.save(folder / SPEC)
    (folder / DATA).write_text(data.fingerprint)


def check_same_data(folder: Path, data: AudioData) -> None:
    """Raise `UserError` where clips, labels or split are no longer those of the run: train and test would mix."""
    path = folder / DATA
    if path.is_file() and path.read_text() != data.fingerprint:
        raise UserError(f"The data of {folder} has changed since it was trained; train anew.")


@rank_zero_only
def save_weights(system: System, path: Path) -> None:
    """Write the weights, plain tensors by name, so that others see the file whole or not at all."""
    draft = path.with_suffix(".tmp")
    torch.save(system.state_dict(), draft)
    os.replace(draft, path)


CONFIG, SPEC, DATA, MODEL, RESULT = (
    "config.yaml",
    "spec.json",
    "fingerprint.txt",
    "model.pt",
    "result.json",
)


PREDICTIONS = "predictions_{}.csv"


CURVES = ("metrics.csv", "refit/metrics.csv")  # where a run may have its curves


LEDGER = "test_ledger.jsonl"  # beside the runs of all data sets


DECIDED = (
    "AURIS_RUN_FOLDER"  # the first process of a distributed run decides; the others read it here
)


def new_folder(parent: Path) -> Path:
    """A fresh folder named by the time, with `latest` beside it pointing at it."""
    if int(os.environ.get("LOCAL_RANK", 0)) > 0:
        if DECIDED not in os.environ:
            raise UserError(
                "Start several processes with `python train.py trainer=ddp`, not with another launcher."
            )
        return Path(os.environ[DECIDED])
    now = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    for name in [now, *(f"{now}_{number}" for number in range(2, 1000))]:
        folder = parent / name
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        point_latest(folder)
        return folder
    raise UserError(f"{parent} holds a thousand runs of this second.")


def point_latest(folder: Path) -> None:
    link, draft = folder.parent / "latest", folder.parent / f".latest.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(folder.name)
    os.replace(draft, link)


def find_run(path: str) -> Path:
    """The folder of an existing run. Raises `UserError` where there is none."""
    folder = Path(path).expanduser().resolve()
    if not (folder / CONFIG).is_file():
        known = sorted(str(found.parent) for found in Path("outputs").glob("*/*/latest/" + CONFIG))
        hint = f" Runs here: {', '.join(known)}." if known else ""
        raise UserError(
            f"There is no run in {path}; name the folder of one, as in outputs/cats_babies/mlp/latest.{hint}"
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
    """The configuration that a run saved."""
    cfg = OmegaConf.load(folder / CONFIG)
    if not isinstance(cfg, DictConfig) or "${" in (folder / CONFIG).read_text():
        raise UserError(f"{folder / CONFIG} is not the configuration of a run.")
    cfg.plugins = []  # the folder may be a stranger's: it can't say whom to trust
    return cfg


def read_curves(folder: Path) -> list[dict[str, str]]:
    """What a run wrote after each epoch, "" where there was nothing to tell; empty for a run without curves."""
    for path in (folder / name for name in CURVES if (folder / name).is_file()):
        with path.open(newline="") as file:
            return list(csv.DictReader(file))
    return []
