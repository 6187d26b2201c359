"""Clusters in words and pictures."""

from collections.abc import Iterator, Sequence
from typing import final

import torch
from torch import Tensor

from auris.models.clusters import Clusters
from auris.tasks.clustering.metrics import MAX_SCORED, composition, silhouettes
from auris.tasks.clustering.plots import (
    plot_choice,
    plot_composition,
    plot_silhouettes,
)
from auris.tasks.inspection import Inspection
from auris.tasks.view import Plot, TaskView


@final
class ClusterView(TaskView):
    """Which cluster each clip is in, and what clusters are of."""

    def __init__(self, labels: Sequence[str]):
        self.labels = labels

    def question(self) -> str:
        return "Which recordings are alike?"

    def describe_prediction(self, decoded: Tensor, target: Tensor | None = None) -> str:
        number, distance = decoded[:2].tolist()
        return f"cluster {number:.0f}, {distance:.1f} from its centre"

    def describe_answer(self, decoded: Tensor, label: str, target: Tensor) -> str:
        return f"{label or 'a clip'}: {self.describe_prediction(decoded)}"

    def format_value(self, value: float) -> str:
        return f"{value:.2f}"

    def plots(self, inspection: Inspection) -> Iterator[Plot]:
        decoded, target, *_ = inspection.predictions
        model = inspection.model
        assert isinstance(model, Clusters)
        if len(self.labels) > 1:
            counts = composition(decoded, target, len(self.labels))
            yield Plot(
                "composition",
                plot_composition(counts, self.labels),
                "How many clips of each label are in which cluster. Labels were not learnt: where "
                "a column is dark in one row alone, a cluster has found what a label names.",
            )
        some = decoded[:MAX_SCORED]
        values = silhouettes(some, torch.ones(1, len(some)))[0]
        yield Plot(
            "silhouettes",
            plot_silhouettes(values, some[:, 0].long()),
            "How much nearer each clip is to its own cluster than to the next one: at 1 it is at "
            "home, at 0 between two, below 0 nearer to another one.",
        )
        if not model.silhouettes.isnan().all():
            yield Plot(
                "number_of_clusters",
                plot_choice(model.silhouettes, int(model.count)),
                model.describe_choice(),
            )
