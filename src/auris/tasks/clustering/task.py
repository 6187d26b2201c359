"""Clustering: which recordings are alike?"""

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, final

from torch import Tensor, nn

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.data.settings import DataSettings
from auris.data.spec import Spec
from auris.data.targets import Targets, codes
from auris.models.clusters import Clusters
from auris.tasks.clustering.metrics import (
    AdjustedRandIndex,
    NormalizedMutualInformation,
    Silhouette,
)
from auris.tasks.clustering.output import ClusterOutput
from auris.tasks.clustering.targets import ScoringLabels
from auris.tasks.clustering.view import ClusterView
from auris.tasks.comparable import Comparable, Row, read_column
from auris.tasks.losses import MeanAnomalyScore
from auris.tasks.metric import Metric
from auris.tasks.task import Task

_NUMBER = 0  # columns of outputs
_DISTANCE = 1
_FACTS = 2  # before the vector


@final
class Clustering(Task):
    """Which recordings are alike? No label is learnt: labels score.

    Outputs and decoded outputs (B, 2 + W) are the cluster, the distance to its centre and the
    vector that was compared: the features of a whole clip.
    """

    outputs = "clusters"
    # no label chooses
    monitor = ("val/silhouette", "max")
    baseline = "kmeans"
    detects_novelty = False  # the distance says it

    def __init__(self, spec: Spec, in_shape: Shape):
        super().__init__()
        if in_shape[-1] != 1:
            raise UserError(
                "task=clustering compares clips as a whole, each by one vector; "
                "choose features=statistics or features=piczak."
            )
        self.labels = spec.classes
        self.out_shape = (_FACTS + prod(in_shape),)

    @classmethod
    def targets_for(cls, settings: DataSettings, array: Array | None) -> Targets:
        settings.refuse_normal("task=clustering sorts all sound")
        return ScoringLabels()

    def encode(self, target: Tensor, x: Tensor) -> Tensor:
        """Which of the outputs is to be small: the distance to the centre."""
        wanted = x.new_zeros(len(x), *self.out_shape)
        wanted[:, _DISTANCE] = 1
        return wanted

    def decode(self, output: Tensor, x: Tensor) -> Tensor:
        return output.float()

    def stored_target(self, target: Tensor) -> Tensor:
        """Nothing, (n, 0): labels are not learnt."""
        return target[:, :0]

    def check_parts(self, model: nn.Module, loss: nn.Module) -> None:
        if not isinstance(model, Clusters):
            raise UserError(
                f"model: {type(model).__name__} finds no clusters; choose model=kmeans, "
                "agglomerative, spectral or gaussian_clusters."
            )
        if not isinstance(loss, MeanAnomalyScore):
            raise UserError(
                "loss: clusters put out how far each clip is from its centre; "
                "choose loss=anomaly_score."
            )

    def limitation(self) -> str:
        return "Labels were not learnt: they serve for scoring only."

    def metrics(self) -> dict[str, Metric]:
        if len(self.labels) < 2:
            return {"silhouette": Silhouette()}
        return {
            "adjusted_rand_index": AdjustedRandIndex(),
            "normalized_mutual_information": NormalizedMutualInformation(),
            "silhouette": Silhouette(),
        }

    def error(self, decoded: Tensor, target: Tensor) -> Tensor:
        return decoded[:, _DISTANCE]

    def constant_prediction(self, known: Tensor, decoded: Tensor) -> Tensor:
        constant = decoded.clone()
        constant[:, _NUMBER] = 1
        return constant

    @property
    def output(self) -> ClusterOutput:
        return ClusterOutput()

    @property
    def view(self) -> ClusterView:
        return ClusterView(self.labels)

    @classmethod
    def comparable(cls, rows: Sequence[Row], settings: Mapping[str, Any]) -> Comparable:
        decoded = read_column(rows, "cluster")[:, None]
        target = codes(row["label"] for row in rows)
        return Comparable("adjusted_rand_index", AdjustedRandIndex(), decoded, target)
