"""New clips in words and pictures."""

from collections.abc import Iterator, Mapping
from typing import Any, final

import torch
from torch import Tensor

from auris.tasks.generation.sets import HELD_OUT, is_packed, unpack
from auris.tasks.generation.words import describe_distance
from auris.tasks.inspection import Inspection
from auris.tasks.reconstruction.plots import plot_codes
from auris.tasks.view import Plot, TaskView

_WORDS = {
    HELD_OUT: "held out",
    "drawn": "new",
    "gaussian": "new, of the Gaussian",
    "replay": "training clips",
}


@final
class NewClipsView(TaskView):
    """How much new clips are like held-out ones."""

    def question(self) -> str:
        return "Are new clips like those that the model has never heard?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        return f"fits with an error of {float(decoded[0]):.3f}"

    def describe_answer(self, decoded: Tensor, label: str, target: Tensor) -> str:
        return f"{label}, {self.describe_prediction(decoded)}"

    def format_value(self, value: float) -> str:
        return f"{value:.3f}"

    def result_sentence(
        self, scores: Mapping[str, Any], clips: str, constant: Mapping[str, str | float]
    ) -> str:
        return f"On {scores['clips']} {clips}. {describe_distance(scores['metrics'])}"

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        decoded = inspection.predictions.decoded
        if not is_packed(decoded) or len(decoded) < 2:
            return
        embedded = unpack(decoded).embedded
        codes = torch.cat([embedded[name] for name in _WORDS])
        labels = [word for word in _WORDS.values() for _ in range(len(decoded))]
        yield Plot(
            "map",
            plot_codes(codes, labels),
            "Each clip by what it sounds like, on the two axes along which clips vary most. New "
            "clips should lie where held-out ones do; training clips are of other groups.",
        )
