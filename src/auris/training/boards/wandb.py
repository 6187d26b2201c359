"""Weights & Biases: curves, settings, pictures, sounds and results of each run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

from lightning.pytorch.loggers import WandbLogger
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.packages import require_packages
from auris.training.boards.board import Board, Pages


@final
class Wandb(WandbLogger, Board):
    """One run of the service for each training.

    Args:
        save_dir: the folder of the run.
        title: what it is called there.
        project: what runs are gathered under.
        offline: keep everything in `save_dir`, for `wandb sync` to send.
    """

    def __init__(
        self, save_dir: str, title: str, project: str = "auris", offline: bool = False
    ):
        require_packages("logger=wandb", "wandb", "wandb")
        super().__init__(
            name=title, save_dir=save_dir, project=project, offline=offline
        )

    def describe_run(self, text: str) -> None:
        self.experiment.notes = text

    def open_pages(self, folder: Path) -> Pages:
        return _WandbPages(self.experiment)


@final
class _WandbPages(Pages):
    """The pages of one run of the service."""

    def __init__(self, run: Any):
        self._run = run

    def add_figure(self, name: str, figure: Figure) -> None:
        import wandb

        self._run.log({name: wandb.Image(figure)})

    def add_sound(self, name: str, wave: Tensor, sample_rate: int) -> None:
        import wandb

        self._run.log({name: wandb.Audio(wave.numpy(), sample_rate=sample_rate)})

    def add_results(
        self, settings: Mapping[str, Any], metrics: Mapping[str, float]
    ) -> None:
        self._run.config.update(dict(settings), allow_val_change=True)
        self._run.summary.update(dict(metrics))

    def close(self) -> None:
        self._run.finish()
