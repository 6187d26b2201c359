"""What TensorBoard shows at the end of a run: plots, the worst clips, settings and results."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from torch import Tensor
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from auris.core.figures import plot_spectrograms
from auris.core.text import escape_markdown, markdown_table
from auris.tasks.inspection import Inspection
from auris.tasks.metric import Estimate
from auris.training.evaluation import (
    Evaluated,
    Scores,
    inspect,
    most_wrong,
    peak_normalize,
)
from auris.training.experiment import Experiment
from auris.training.system import System

# names of groups, which TensorBoard shows in the order of the alphabet: after train and val
_RESULTS = "value"
_PICTURES = "view"
# settings that the HPARAMS page shows unasked; it sorts them, and shows five
_MAIN_SETTINGS = ("model", "features", "optimizer", "fold", "seed")


class Page(NamedTuple):
    """Where to show a split."""

    writer: SummaryWriter
    split: str
    sample_rate: int  # Hz

    def add_figure(self, name: str, figure: Any) -> None:
        self.writer.add_figure(f"{_PICTURES}_{self.split}/{name}", figure)

    def add_sound(self, name: str, wave: Tensor) -> None:
        """The first channel of (C, T), at full scale."""
        loud = peak_normalize(wave)[None]
        self.writer.add_audio(
            f"{self.split}_{name}", loud, sample_rate=self.sample_rate
        )


def fill_pages(
    folder: Path,
    experiment: Experiment,
    system: System,
    evaluated: Mapping[str, Evaluated],
) -> None:
    """Write the pages of a run, with the predictions to the split that was evaluated last.

    They are the run's own, also where a refit has curves beside it.
    """
    with SummaryWriter(str(folder)) as writer:
        if evaluated:
            split, predictions, scores = list(evaluated.values())[-1]
            page = Page(writer, split, experiment.dataset.spec.sample_rate)
            writer.add_text(f"{split}/metrics", _metrics_table(scores))
            inspection = inspect(system, experiment.dataset, split, predictions)
            _show_split(page, inspection, system)
        _add_results(writer, _hyperparameters(experiment), _final_metrics(evaluated))


def _metrics_table(scores: Scores) -> str:
    """All metrics with their intervals, or n where that is too small for one."""
    rows = []
    for name, value in scores["metrics"].items():
        if not math.isnan(value["value"]):
            constant = f"{scores['constant_baseline'][name]:.3f}"
            rows.append((escape_markdown(name), str(Estimate(**value)), constant))
    return markdown_table(("metric", "value [95 % interval]", "constant"), rows)


def _show_split(page: Page, inspection: Inspection, system: System) -> None:
    """What the task shows of a whole split, the worst clips, and its closer look at some."""
    view = system.task.view
    for plot in view.plots(inspection):
        page.add_figure(plot.name, plot.figure)
    _show_worst(page, inspection, system)
    for plot in view.closeups(inspection):
        page.add_figure(plot.name, plot.figure)
    for sound in view.sounds(inspection):
        page.add_sound(sound.name, sound.wave)


def _show_worst(page: Page, inspection: Inspection, system: System) -> None:
    """Spectrograms and sounds of the clips that are most wrong."""
    worst = most_wrong(system.task, inspection.predictions)
    waves = [inspection.clip(at)[1] for at in worst]
    titles = [
        f"{rank}. {_describe_clip(inspection, system, at)}"
        for rank, at in enumerate(worst, start=1)
    ]
    page.add_figure("worst", plot_spectrograms(waves, page.sample_rate, titles))
    for rank, wave in enumerate(waves, start=1):
        page.add_sound(f"worst/{rank}", wave)


def _describe_clip(inspection: Inspection, system: System, at: int) -> str:
    """What a clip is, and what was predicted of it."""
    clip, _ = inspection.clip(at)
    decoded = inspection.predictions.decoded[at]
    target = inspection.predictions.target[at]
    answer = system.task.view.describe_answer(decoded, clip.label, target)
    return f"{clip.name}, {answer}"


def _add_results(
    writer: SummaryWriter, settings: Mapping[str, Any], metrics: Mapping[str, float]
) -> None:
    """Fill the row of a run on the HPARAMS page, whose metrics are curves of one point."""
    for name, value in metrics.items():
        writer.add_scalar(name, value, 0)
    columns, *row = hparams(dict(settings), dict(metrics))
    _tick_main_settings(columns)
    file_writer = writer._get_file_writer()
    for summary in (columns, *row):
        file_writer.add_summary(summary)


def _tick_main_settings(columns: Any) -> None:
    """Mark the main settings as those in which runs differ: such columns come first."""
    content = columns.value[0].metadata.plugin_data
    plugin_data = HParamsPluginData.FromString(content.content)
    for column in plugin_data.experiment.hparam_infos:
        column.differs = column.name in _MAIN_SETTINGS
    content.content = plugin_data.SerializeToString()


def _hyperparameters(experiment: Experiment) -> dict[str, Any]:
    """The settings that runs differ in, for the HPARAMS page."""
    dataset = experiment.dataset
    settings = {
        **experiment.hyperparameters(),
        "origin": dataset.collection.origin,
        # texts, as both are names rather than amounts
        "fold": str(dataset.settings.fold),
        "seed": str(experiment.seed),
    }
    return {name: value for name, value in settings.items() if value is not None}


def _final_metrics(evaluated: Mapping[str, Evaluated]) -> dict[str, float]:
    """All metrics that have a value, those of the split that was evaluated last at first."""
    values = {}
    for split, result in reversed(list(evaluated.items())):
        for name, estimate in result.scores["metrics"].items():
            if not math.isnan(estimate["value"]):
                values[f"{_RESULTS}/{split}_{name}"] = estimate["value"]
    return values
