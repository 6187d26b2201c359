"""MLflow: curves, settings, pictures, sounds and results of each run."""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, final

import soundfile
from lightning.pytorch.loggers import MLFlowLogger
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.errors import UserError
from auris.core.packages import require_packages
from auris.training.boards.board import Board, Pages

_NO_PLACE = "logger.mlflow.tracking_uri={} should be the address of a server, or sqlite:///FILE."


@final
class Mlflow(MLFlowLogger, Board):
    """One run of MLflow for each training.

    Args:
        title: what the run is called there.
        experiment_name: what runs are gathered under.
        tracking_uri: a server, or sqlite:///FILE.
        artifact_location: where pictures and sounds go, if the server does not say.

    Raises `UserError` where MLflow is not there, and for what is no place for it.
    """

    def __init__(
        self,
        title: str,
        experiment_name: str = "auris",
        tracking_uri: str = "sqlite:///mlflow.db",
        artifact_location: str | None = None,
    ):
        require_packages("logger=mlflow", "mlflow", "mlflow")
        if "://" not in tracking_uri:
            raise UserError(_NO_PLACE.format(tracking_uri))
        super().__init__(
            experiment_name=experiment_name,
            run_name=title,
            tracking_uri=tracking_uri,
            artifact_location=artifact_location,
        )

    def describe_run(self, text: str) -> None:
        self.experiment.set_tag(self.run_id, "mlflow.note.content", text)

    def open_pages(self, folder: Path) -> Pages:
        return _MlflowPages(self.experiment, str(self.run_id))


@final
class _MlflowPages(Pages):
    """The pages of one run."""

    def __init__(self, client: Any, run_id: str):
        self._client = client
        self._run_id = run_id

    def add_figure(self, name: str, figure: Figure) -> None:
        self._client.log_figure(self._run_id, figure, f"{name}.png")

    def add_sound(self, name: str, wave: Tensor, sample_rate: int) -> None:
        with TemporaryDirectory() as place:
            path = Path(place, f"{name}.wav")
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(str(path), wave.numpy(), sample_rate)
            folder = str(Path(name).parent)
            self._client.log_artifact(self._run_id, str(path), folder)

    def add_results(
        self, settings: Mapping[str, Any], metrics: Mapping[str, float]
    ) -> None:
        for name, value in settings.items():
            self._client.log_param(self._run_id, name, value)
        for name, value in metrics.items():
            self._client.log_metric(self._run_id, name, value)

    def close(self) -> None:
        self._client.set_terminated(self._run_id)
