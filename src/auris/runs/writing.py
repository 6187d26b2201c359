"""What a run writes into its folder as it goes: a fresh folder, configuration, weights."""

from datetime import datetime
from pathlib import Path

import torch
from lightning.fabric.utilities.rank_zero import rank_zero_only
from torch import Tensor

from auris.core.errors import UserError
from auris.core.files import draft_of, write_atomically
from auris.data.spec import Spec
from auris.runs.folder import CONFIG, FINGERPRINT, SPEC

_MAX_RUNS = 1000  # that begin in one second


def new_folder(parent: Path, suffix: str = "") -> Path:
    """A fresh folder named by the time, and what `suffix` says.

    Where several processes train, the first one makes it, and tells the others once they are
    connected.
    """
    now = datetime.now().strftime("%Y-%m-%d_%H-%M-%S")
    if getattr(rank_zero_only, "rank", 0):
        return parent / f"{now}{suffix}"
    for again in ["", *(f"_{number}" for number in range(2, _MAX_RUNS))]:
        folder = parent / f"{now}{suffix}{again}"
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise UserError(f"{parent} holds a thousand runs of this second.")


def keep_configuration(folder: Path, yaml: str, spec: Spec, fingerprint: str) -> None:
    """Write what repeats a run: its configuration and what it knows of the data."""
    write_atomically(folder / CONFIG, yaml)
    spec.save(folder / SPEC)
    write_atomically(folder / FINGERPRINT, fingerprint)


@rank_zero_only
def save_weights(weights: dict[str, Tensor], path: Path) -> None:
    """Write weights by name, so that others see the file whole or not at all."""
    with draft_of(path) as draft:
        torch.save(weights, draft)
