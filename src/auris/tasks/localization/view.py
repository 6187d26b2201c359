"""Directions in words and pictures."""

import math
from collections.abc import Iterator
from typing import final

import torch
from torch import Tensor

from auris.tasks.inspection import Inspection
from auris.tasks.localization.baselines import predict_baselines
from auris.tasks.localization.hearing import Hearing
from auris.tasks.localization.metrics import BINS, great_circle
from auris.tasks.localization.output import DirectionOutput
from auris.tasks.localization.plots import (
    filled_bins,
    plot_azimuths,
    plot_conditions,
    plot_errors,
)
from auris.tasks.localization.scene_plot import plot_scene
from auris.tasks.view import Plot, TaskView

_MAX_CLIPS = 250  # that baselines are asked for
_CONDITION_WORDS = ("RT60 {:.2f} s", "SNR {:.0f} dB", "{:.1f} m away")


@final
class DirectionView(TaskView):
    """Where each clip was heard from, and how far off that was."""

    def __init__(self, output: DirectionOutput, hearing: Hearing):
        self.output = output
        self.hearing = hearing

    def question(self) -> str:
        return "From which direction is it heard?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return ", ".join(self.output.to_words(self.output.to_row(decoded)))

    def describe_target(self, label: str, target: Tensor) -> str:
        return self.describe_prediction(self.hearing.true_directions(target[None])[0])

    def format_value(self, value: float) -> str:
        return f"{value:.1f}°"

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        decoded, target, *_ = inspection.predictions
        true = self.hearing.true_directions(target)
        yield Plot(
            "azimuth",
            plot_azimuths(decoded, true),
            "Predicted directions against true ones; on the diagonal they agree.",
        )
        yield Plot(
            "errors",
            plot_errors(decoded, true),
            "How wrong the answers to single clips are.",
        )
        yield from self._conditions(inspection)

    def closeups(self, inspection: Inspection) -> Iterator[Plot]:
        decoded, target, *_ = inspection.predictions
        order = great_circle(decoded, self.hearing.true_directions(target)).argsort()
        yield self._scene(inspection, "middle", int(order[(len(order) - 1) // 2]))
        yield self._scene(inspection, "worst", int(order[-1]))

    def _conditions(self, inspection: Inspection) -> Iterator[Plot]:
        """The model beside baselines on the same clips, where these tell their conditions."""
        decoded, target, *_ = inspection.predictions
        step = math.ceil(len(target) / _MAX_CLIPS)
        some = torch.arange(len(target))[::step]
        bins = filled_bins(BINS, target[some], inspection.group[some])
        if not bins:
            return
        constant = self.hearing.mean_direction(inspection.train_target)
        predictions = {
            "this model": decoded[some],
            **predict_baselines(inspection, self.hearing, some),
            "constant guess": constant.expand(len(some), 3),
        }
        fold = self.hearing.fold
        group = inspection.group[some]
        yield Plot(
            "conditions",
            plot_conditions(predictions, target[some], fold, bins, group),
            "How far off the model is beside classical methods, by what makes it hard.",
        )

    def _scene(self, inspection: Inspection, name: str, at: int) -> Plot:
        """A clip's room with the direction that was said."""
        clip, _ = inspection.clip(at)
        decoded = inspection.predictions.decoded[at]
        target = inspection.predictions.target[at]
        true = self.hearing.true_directions(target[None])[0]
        error = float(great_circle(decoded, true))
        conditions = zip(_CONDITION_WORDS, target[3:6].tolist(), strict=True)
        known = [
            words.format(value) for words, value in conditions if not math.isnan(value)
        ]
        told = ", ".join(known)
        title = f"a scene of {name} error, {error:.1f}°: {clip.name}\n{told}"
        figure = plot_scene(
            clip.cell("scene"), self.hearing.array, decoded, true, title.strip()
        )
        return Plot(f"scene_{name}", figure, f"A scene of {name} error.")
