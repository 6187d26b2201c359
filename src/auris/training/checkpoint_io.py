"""Checkpoints that are whole or not there, and that lead nowhere outside of their run."""

import os
from pathlib import Path
from typing import Any, final
from zipfile import BadZipFile, ZipFile

import torch
from lightning.fabric.plugins import TorchCheckpointIO
from torch import nn

from auris.core.errors import UserError
from auris.core.files import draft_of
from auris.core.places import is_inside

_FOLDER = "checkpoints"
BEST = f"{_FOLDER}/best.ckpt"
LAST = f"{_FOLDER}/last.ckpt"
DONE = f"{_FOLDER}/done.json"  # which epoch was chosen


@final
class RunCheckpointIO(TorchCheckpointIO):
    """Reads and writes the checkpoints of one run.

    Lightning writes to the folder of temporary files and moves; across file systems that is a
    copy over the only checkpoint there is. And it removes what a checkpoint names as the best
    so far, wherever that is: a checkpoint may be a stranger's.

    Args:
        folder: of the run; nothing outside of it is written or removed.
    """

    def __init__(self, folder: Path):
        super().__init__()
        self.folder = folder

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        if not is_inside(path, self.folder):
            raise UserError(
                f"Checkpoints stay in the folder of the run, {self.folder}."
            )
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with draft_of(Path(path)) as draft:
            torch.save(checkpoint, draft)

    def load_checkpoint(
        self, path: Any, map_location: Any = None, weights_only: bool | None = True
    ) -> dict[str, Any]:
        checkpoint = load_checkpoint(Path(path))
        callbacks = checkpoint.get("callbacks") or {}
        for state in callbacks.values():
            self._bring_home(state)
        return checkpoint

    def remove_checkpoint(self, path: Any) -> None:
        if is_inside(path, self.folder):
            Path(path).unlink(missing_ok=True)

    def _bring_home(self, state: Any) -> None:
        """Let the state of a callback name the checkpoints of this run, and no other place.

        The folder of the run may have been moved, or another run may go on from it.
        """
        if not isinstance(state, dict):
            return
        for key, value in state.items():
            if key == "dirpath":
                state[key] = os.path.realpath(self.folder / _FOLDER)
            elif key.endswith("path") and isinstance(value, str):
                state[key] = self._path_here(value)
        best = state.get("best_k_models")
        if isinstance(best, dict):
            here = {self._path_here(path): score for path, score in best.items()}
            here.pop("", None)
            state["best_k_models"] = here

    def _path_here(self, path: str) -> str:
        """The checkpoint of that name in this run; nothing where there is none."""
        here = os.path.realpath(self.folder / _FOLDER / Path(path).name)
        return here if os.path.isfile(here) and is_inside(here, self.folder) else ""


def load_weights(module: nn.Module, weights: Any, path: Path) -> None:
    """Give a module its weights, which were read from `path`.

    Raises `UserError` where they are not those of this module.
    """
    try:
        module.load_state_dict(weights)
    except Exception as error:  # of as many kinds as there are ways to differ
        raise UserError(
            f"{path} is not the weights of this run ({type(error).__name__})."
        ) from error


def load_checkpoint(path: Path) -> dict[str, Any]:
    """What a checkpoint holds, from tensors and plain values alone: nothing is executed.

    Raises `UserError` for a file that is damaged or holds anything else.
    """
    try:
        _verify_checksums(path)
        checkpoint = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror}).") from error
    except Exception as error:  # of as many kinds as there are ways to damage a file
        raise UserError(
            f"{path} is damaged, or no checkpoint of Auris ({type(error).__name__}); "
            "bring a copy that is whole, or train anew."
        ) from error
    if not isinstance(checkpoint, dict):
        raise UserError(f"{path} is no checkpoint of Auris.")
    return checkpoint


def _verify_checksums(path: Path) -> None:
    """Raise `BadZipFile` unless a file is as it was written: torch writes CRC-32, but reads over
    it.
    """
    with ZipFile(path) as archive:
        if damaged := archive.testzip():
            raise BadZipFile(f"the checksum of {damaged} is wrong")
