"""What TensorBoard shows at the end of a run: plots, the worst clips, settings and results."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from lightning.pytorch.loggers import TensorBoardLogger
from torch import Tensor

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


class Page(NamedTuple):
    """Where to show a split."""

    writer: Any
    split: str
    sample_rate: int  # Hz

    def add_figure(self, name: str, figure: Any) -> None:
        self.writer.add_figure(f"{self.split}/{name}", figure)

    def add_sound(self, name: str, wave: Tensor) -> None:
        """The first channel of (C, T), at full scale."""
        loud = peak_normalize(wave)[None]
        self.writer.add_audio(
            f"{self.split}_{name}", loud, sample_rate=self.sample_rate
        )


def fill_pages(
    logger: TensorBoardLogger,
    experiment: Experiment,
    system: System,
    evaluated: Mapping[str, Evaluated],
) -> None:
    """Write the pages of a run, with the predictions to the split that was evaluated last."""
    if evaluated:
        split, predictions, scores = list(evaluated.values())[-1]
        page = Page(logger.experiment, split, experiment.dataset.spec.sample_rate)
        page.writer.add_text(f"{split}/metrics", _metrics_table(scores))
        _show_split(
            page, inspect(system, experiment.dataset, split, predictions), system
        )
    logger.log_hyperparams(_hyperparameters(experiment), _final_metrics(evaluated))
    logger.save()


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
    return f"{clip.path.name}, {answer}"


def _hyperparameters(experiment: Experiment) -> dict[str, Any]:
    """The settings that runs differ in, for the HPARAMS page."""
    dataset = experiment.dataset
    return {
        **experiment.hyperparameters(),
        "origin": dataset.collection.origin,
        "fold": dataset.settings.fold,
    }


def _final_metrics(evaluated: Mapping[str, Evaluated]) -> dict[str, float]:
    values = {
        f"final/{split}_{name}": value["value"]
        for split, result in evaluated.items()
        for name, value in result.scores["metrics"].items()
    }
    return {name: value for name, value in values.items() if not math.isnan(value)}
