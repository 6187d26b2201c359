"""What boards show at the end of a run: plots, the worst clips, settings and results."""

import math
from collections.abc import Mapping
from contextlib import closing
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import plot_spectrograms
from auris.tasks.inspection import Inspection
from auris.training.boards.board import Pages
from auris.training.evaluation import Evaluated, inspect, most_wrong, peak_normalize
from auris.training.experiment import Experiment
from auris.training.system import System

# names of groups, which TensorBoard shows in the order of the alphabet: after train and val
_RESULTS = "value"
_PICTURES = "view"


class SplitPage(NamedTuple):
    """Where to show a split."""

    pages: Pages
    split: str
    sample_rate: int  # Hz

    def add_figure(self, name: str, figure: Figure) -> None:
        self.pages.add_figure(f"{_PICTURES}_{self.split}/{name}", figure)

    def add_sound(self, name: str, wave: Tensor) -> None:
        """The first channel of (C, T), at full scale."""
        loud = peak_normalize(wave)  # (T,)
        self.pages.add_sound(f"{self.split}_{name}", loud, self.sample_rate)


def fill_pages(
    pages: Pages,
    experiment: Experiment,
    system: System,
    evaluated: Mapping[str, Evaluated],
) -> None:
    """Write the pages of a run, with the predictions to the split that was evaluated last."""
    with closing(pages):
        if evaluated:
            split, predictions, _ = list(evaluated.values())[-1]
            page = SplitPage(pages, split, experiment.dataset.spec.sample_rate)
            inspection = inspect(system, experiment.dataset, split, predictions)
            _show_split(page, inspection, system)
        pages.add_results(_hyperparameters(experiment), _final_metrics(evaluated))


def _show_split(page: SplitPage, inspection: Inspection, system: System) -> None:
    """What the task shows of a whole split, the worst clips, and its closer look at some."""
    view = system.task.view
    for plot in view.plots(inspection):
        page.add_figure(plot.name, plot.figure)
    _show_worst(page, inspection, system)
    for plot in view.closeups(inspection):
        page.add_figure(plot.name, plot.figure)
    for sound in view.sounds(inspection):
        page.add_sound(sound.name, sound.wave)


def _show_worst(page: SplitPage, inspection: Inspection, system: System) -> None:
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
    return f"{answer} ({clip.name})"


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
