"""TensorBoard: curves and pages in event files in the folder of a run."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, final

from lightning.pytorch.loggers import TensorBoardLogger
from matplotlib.figure import Figure
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from auris.training.boards.board import Board, Pages

# settings that the HPARAMS page shows unasked; it sorts them, and shows five
_MAIN_SETTINGS = ("model", "features", "optimizer", "fold", "seed")


@final
class TensorBoard(TensorBoardLogger, Board):
    """Writes to `save_dir` itself."""

    def __init__(self, save_dir: str):
        super().__init__(save_dir, name="", version="", default_hp_metric=False)

    def describe_run(self, text: str) -> None:
        self.experiment.add_text("data", text.replace("\n", "\n\n"))

    def open_pages(self, folder: Path) -> Pages:
        """They are the run's own, also where a refit has curves beside it."""
        return _EventPages(SummaryWriter(str(folder)))


@final
class _EventPages(Pages):
    """Pages in an event file."""

    def __init__(self, writer: SummaryWriter):
        self._writer = writer

    def add_figure(self, name: str, figure: Figure) -> None:
        self._writer.add_figure(name, figure)

    def add_sound(self, name: str, wave: Tensor, sample_rate: int) -> None:
        self._writer.add_audio(name, wave[None], sample_rate=sample_rate)

    def add_results(
        self, settings: Mapping[str, Any], metrics: Mapping[str, float]
    ) -> None:
        """Fill the row of a run on the HPARAMS page, whose metrics are curves of one point."""
        for name, value in metrics.items():
            self._writer.add_scalar(name, value, 0)
        columns, *row = hparams(dict(settings), dict(metrics))
        _tick_main_settings(columns)
        for summary in (columns, *row):
            self._writer._get_file_writer().add_summary(summary)

    def close(self) -> None:
        self._writer.close()


def _tick_main_settings(columns: Any) -> None:
    """Mark the main settings as those in which runs differ: such columns come first."""
    content = columns.value[0].metadata.plugin_data
    plugin_data = HParamsPluginData.FromString(content.content)
    for column in plugin_data.experiment.hparam_infos:
        column.differs = column.name in _MAIN_SETTINGS
    content.content = plugin_data.SerializeToString()
