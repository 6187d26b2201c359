"""Errors of reconstruction in words and pictures."""

import math
from collections.abc import Iterator
from typing import final

import torch
from torch import Tensor

from auris.models.detector import Autoencoder
from auris.tasks.inspection import Inspection
from auris.tasks.reconstruction.plots import plot_codes, plot_histogram
from auris.tasks.view import Plot, TaskView, format_percent

_MAX_MAPPED = 1000  # clips of a map


@final
class ErrorView(TaskView):
    """How much of each clip was lost."""

    def question(self) -> str:
        return "How much of the sound passes through the bottleneck?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return f"with an error of {float(decoded[0]):.3f}"

    def describe_answer(self, decoded: Tensor, label: str, target: Tensor) -> str:
        return f"{label or 'a clip'}, {self.describe_prediction(decoded)}"

    def format_value(self, value: float) -> str:
        return format_percent(value)

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        error = inspection.predictions.decoded[:, 0]
        yield Plot(
            "errors",
            plot_histogram(error, "mean squared error of a clip"),
            "How much of single clips was lost.",
        )
        if isinstance(inspection.model, Autoencoder) and len(error) > 1:
            yield self._map(inspection)

    def _map(self, inspection: Inspection) -> Plot:
        """What passes the bottleneck of some clips."""
        step = math.ceil(len(inspection.predictions.index) / _MAX_MAPPED)
        some = range(0, len(inspection.predictions.index), step)
        codes = []
        labels = []
        for at in some:
            clip, wave = inspection.clip(at)
            codes.append(_embed_clip(inspection, wave))
            labels.append(clip.label)
        return Plot(
            "map",
            plot_codes(torch.stack(codes), labels),
            "Each clip by the few numbers that pass the bottleneck (their mean over time), on the "
            "two axes along which these vary most. Labels were not learnt: where they part, the "
            "bottleneck has found what they name.",
        )


@torch.inference_mode()
def _embed_clip(inspection: Inspection, wave: Tensor) -> Tensor:
    """The code (latent_dim,) of a clip (C, T)."""
    features = inspection.features
    model = inspection.model.eval()
    assert isinstance(model, Autoencoder)
    x = features(wave[None].to(features.mean.device))  # (1, *in_shape)
    return model.embed(x)[0].float().cpu()
