"""Clusters of what is alike, by scikit-learn. They are found anew from what is kept when they are
loaded: no pickle is ever read.
"""

from collections.abc import Iterable
from typing import Annotated, Any, final

import numpy as np
import torch
from sklearn.base import BaseEstimator, clone
from sklearn.metrics import silhouette_score
from torch import Tensor, nn

from auris.core.errors import UserError, first_line
from auris.core.log import info
from auris.core.progress import track_progress
from auris.core.ranges import Count, Range
from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.estimator import to_numpy
from auris.models.instance_based import InstanceBased

_COUNT_NAMES = ("n_clusters", "n_components")  # what estimators call their number
_MAX_SCORED = 2000  # clips whose silhouettes decide on the number of clusters
_SHOWN_NUMBERS = 3  # the best ones


@final
class Clusters(InstanceBased):
    """Groups of training clips that are alike, and the group of any other clip.

    Clusters are numbered from 1, the largest first. Outputs (B, 2 + W) are the number, the
    distance to the centre, which is the mean of the cluster's training clips, and the vector
    that was compared.

    Args:
        estimator: of scikit-learn, such as KMeans, AgglomerativeClustering, SpectralClustering or
            GaussianMixture. Where it can't place new clips, they go to the nearest centre.
        clusters: how many; None: as many as have the largest mean silhouette of training clips
            (Rousseeuw, 1987).
        max_clusters: the most that are tried.
    """

    count: Tensor  # () clusters
    silhouettes: Tensor  # (max_clusters + 1,) by how many clusters; NaN: not tried

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        summary: nn.Module,
        task: Codec,
        estimator: BaseEstimator,
        clusters: Count | None = None,
        max_clusters: Annotated[int, Range(2, 10_000)] = 20,
    ):
        if task.outputs != "clusters":
            raise UserError(
                f"model: {type(estimator).__name__} looks for clusters, which this task does not "
                "ask for; choose task=clustering."
            )
        super().__init__(in_shape, out_shape, summary, task)
        self.estimator: Any = estimator
        self._count_name = _name_of_count(estimator)
        estimator._validate_params()  # before the run begins, rather than when it fits
        self.clusters = clusters
        self.register_buffer("count", torch.tensor(clusters or 0))
        self.register_buffer("silhouettes", torch.full((max_clusters + 1,), torch.nan))

    def store_clips(self, examples: Iterable[tuple[Tensor, Tensor]]) -> None:
        super().store_clips(examples)
        info(self.describe_choice())
        if not self.places_clips:
            name = type(self.estimator).__name__
            info(f"{name} can't place new clips: each goes to the nearest centre.")

    def fit_stored(self) -> None:
        if not len(self.seen):
            return
        h = to_numpy(self.seen)  # (n, W)
        if not self.count:
            self._choose_count(h)
        self.fitted, found = self._fit_estimator(h, int(self.count))
        names, sizes = np.unique(found, return_counts=True)
        self.names = names[np.argsort(-sizes, kind="stable")]
        self.centers = np.stack([h[found == name].mean(0) for name in self.names])

    def predict_vectors(self, h: Tensor) -> Tensor:
        vectors = to_numpy(h)  # (B, W)
        place = self._place_vectors(vectors)  # (B,)
        distance = np.linalg.norm(vectors - self.centers[place], axis=1)
        facts = np.stack([place + 1, distance], axis=1)  # (B, 2)
        return torch.cat([torch.as_tensor(facts).to(h), h], dim=1)

    @property
    def places_clips(self) -> bool:
        """Whether the method itself tells the cluster of a new clip."""
        return hasattr(self.estimator, "predict")

    def describe_choice(self) -> str:
        """How many clusters there are, and why."""
        count = int(self.count)
        if self.clusters is not None:
            return f"{count} clusters, as model.clusters says."
        tried = self.silhouettes.nan_to_num(-torch.inf)
        best = tried.argsort(descending=True, stable=True)[:_SHOWN_NUMBERS].tolist()
        told = [f"{number}: {float(tried[number]):.3f}" for number in best]
        most = int((tried > -torch.inf).nonzero().max())
        return (
            f"{count} clusters: of 2 to {most} they have the largest mean silhouette over "
            f"training clips ({', '.join(told)})."
        )

    def _choose_count(self, h: np.ndarray) -> None:
        """Try numbers of clusters, and take the best."""
        most = min(len(self.silhouettes) - 1, len(h) - 1)
        if most < 2:
            raise UserError(
                f"model: {len(h)} training clips are too few to choose a number of clusters; "
                "set model.clusters."
            )
        for count in track_progress(
            range(2, most + 1), "Trying numbers of clusters", most - 1
        ):
            _, found = self._fit_estimator(h, count)
            if 1 < len(np.unique(found)) < len(h):
                self.silhouettes[count] = _mean_silhouette(h, found)
        self.count.fill_(self.silhouettes.nan_to_num(-torch.inf).argmax())

    def _fit_estimator(self, h: np.ndarray, count: int) -> tuple[Any, np.ndarray]:
        """An estimator of vectors (n, W), and what it calls the cluster of each, (n,)."""
        name = type(self.estimator).__name__
        if count > len(h):
            raise UserError(
                f"model.clusters={count} is more than the {len(h)} training clips."
            )
        estimator: Any = clone(self.estimator).set_params(**{self._count_name: count})
        try:
            return estimator, estimator.fit_predict(h)
        except ValueError as error:
            raise UserError(
                f"model: {name} can't find {count} clusters of {len(h)} clips "
                f"({first_line(error)})."
            ) from error

    def _place_vectors(self, h: np.ndarray) -> np.ndarray:
        """The place of each vector's cluster, (B, W) -> (B,), among the sorted ones."""
        if not self.places_clips:
            distances = torch.cdist(torch.tensor(h), torch.tensor(self.centers))
            return distances.argmin(1).numpy()
        place = {name: at for at, name in enumerate(self.names)}
        # a component of a mixture may be the likeliest of no training clip
        return np.array([place.get(name, 0) for name in self.fitted.predict(h)])


def _name_of_count(estimator: BaseEstimator) -> str:
    """What an estimator calls its number of clusters."""
    known = estimator.get_params()
    name = next((name for name in _COUNT_NAMES if name in known), None)
    if name is None or not hasattr(estimator, "fit_predict"):
        raise UserError(
            f"model: {type(estimator).__name__} does not take a number of clusters; "
            "model.estimator may be sklearn.cluster.KMeans, sklearn.mixture.GaussianMixture or "
            "the like."
        )
    return name


def _mean_silhouette(h: np.ndarray, found: np.ndarray) -> float:
    """That of vectors (n, W) in clusters (n,), or of some of them where they are many."""
    some = np.linspace(0, len(h) - 1, min(len(h), _MAX_SCORED)).astype(int)
    if len(np.unique(found[some])) < 2:
        return float("nan")
    return float(silhouette_score(h[some], found[some]))
