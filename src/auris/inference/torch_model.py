"""The model of a finished run, computed by PyTorch."""

from collections.abc import Sequence
from pathlib import Path
from typing import final

import numpy as np
import torch

from auris.core import instantiate as making
from auris.core.errors import UserError
from auris.core.log import hush
from auris.data.spec import Spec
from auris.inference.model import Trained
from auris.runs.folder import MODEL, SPEC, finished_run, load_config
from auris.training.build import build
from auris.training.system import System


@final
class RunModel(Trained):
    """The model of a finished run. It needs the run's folder only.

    Args:
        run: folder of the run.
        plugins: packages besides auris and its libraries whose classes the run may name.

    Raises `UserError` where the run is not there or not finished, or its weights hold more than tensors.
    """

    def __init__(self, run: str, plugins: Sequence[str] = ()):
        hush()
        folder = finished_run(run)
        making.plugins[:] = plugins
        spec = Spec.load(folder / SPEC)
        self.system = load_system(folder, spec)
        super().__init__(spec, self.system.task.reading)

    @torch.inference_mode()
    def decode(self, wave: np.ndarray) -> np.ndarray:
        return self.system.decode(torch.from_numpy(wave)).numpy()

    @torch.inference_mode()
    def unlike(self, wave: np.ndarray) -> Sequence[float | None]:
        return self.system.unlike(torch.from_numpy(wave))


def load_system(folder: Path, spec: Spec) -> System:
    """The trained system of a run, from tensors alone: nothing in the file is executed."""
    system = build(load_config(folder), spec)
    try:
        system.load_state_dict(torch.load(folder / MODEL, map_location="cpu", weights_only=True))
    except Exception as error:
        raise UserError(
            f"{folder / MODEL} is not the weights of this run ({type(error).__name__})."
        ) from error
    return system.eval()
