"""The model of a finished run, computed by PyTorch."""

from collections.abc import Sequence
from typing import final

import numpy as np
import torch

from auris.core.commands import command_line
from auris.core.errors import UserError
from auris.core.log import silence_libraries
from auris.data.spec import Spec
from auris.inference.model import InferenceModel
from auris.models.embedder import Embedder
from auris.runs.folder import SPEC, finished_run
from auris.training.reopen import load_system, open_experiment
from auris.training.system import System


@final
class RunModel(InferenceModel):
    """The model of a finished run. It needs the run's folder only.

    Args:
        run: folder of the run.
        plugins: packages besides auris and its libraries whose classes the run may name.

    Raises `UserError` where the run is not there or not finished, or its weights hold more than
    tensors.
    """

    def __init__(self, run: str, plugins: Sequence[str] = ()):
        silence_libraries()
        folder = finished_run(run)
        spec = Spec.load(folder / SPEC)
        self.system = load_system(open_experiment(folder, plugins), folder, spec)
        require_answers(self.system)
        super().__init__(spec, self.system.task.output)

    @torch.inference_mode()
    def decode(self, wave: np.ndarray) -> np.ndarray:
        return self.system.decode(torch.from_numpy(wave)).numpy()

    @torch.inference_mode()
    def embed(self, wave: np.ndarray) -> np.ndarray:
        model = self.system.model
        if not isinstance(model, Embedder):
            return super().embed(wave)
        x = self.system.features(torch.from_numpy(wave))  # (B, C', F, T')
        return model.embed(x).flatten(1).numpy()  # (B, W)

    @torch.inference_mode()
    def novelty_of(self, wave: np.ndarray) -> Sequence[float | None]:
        return self.system.novelty_of(torch.from_numpy(wave))


def require_answers(system: System) -> None:
    """Raise `UserError` where a system says nothing of recordings."""
    if not system.task.says_something:
        command = command_line("generate", "RUN")
        raise UserError(
            f"The run makes new clips and says nothing of recordings; {command} makes some."
        )
