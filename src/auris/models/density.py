"""How likely a clip is, by what the summaries of the training clips of each section are like.

They are fitted anew from what is kept when they are loaded: no pickle is ever read.
"""

from abc import abstractmethod
from typing import Any, final

import numpy as np
import torch
from sklearn.base import BaseEstimator, clone
from sklearn.covariance import LedoitWolf
from torch import Tensor, nn

from auris.core.errors import UserError, first_line
from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.detector import AnomalyDetector, over_frames, require_anomaly_task
from auris.models.estimator import to_numpy
from auris.models.instance_based import InstanceBased

_MIN_CLIPS = 2  # training clips of a section


class Density(InstanceBased, AnomalyDetector):
    """Something fitted to the vectors of each section, that tells how far others are from them,
    on the CPU.
    """

    def __init__(
        self, in_shape: Shape, out_shape: Shape, summary: nn.Module, task: Codec
    ):
        super().__init__(in_shape, out_shape, summary, task)
        require_anomaly_task(task, self)
        self.fitted: list[Any] = []  # of each section

    def fit_stored(self) -> None:
        if len(self.seen):
            self.fitted = [
                self._fit_section(to_numpy(self.seen[own > 0])) for own in self.told.T
            ]

    def _fit_section(self, h: np.ndarray) -> Any:  # (n, W)
        """What is fitted to the vectors of one section. Raises `UserError` where they do not
        suffice.
        """
        name = type(self).__name__
        if len(h) < _MIN_CLIPS:
            raise UserError(
                f"model: {name} needs {_MIN_CLIPS} training clips of each section, and one "
                f"has {len(h)}."
            )
        try:
            return self.fit_estimator(h)
        except ValueError as error:
            raise UserError(
                f"model: {name} can't be fitted to {len(h)} clips ({first_line(error)})."
            ) from error

    def predict_vectors(self, h: Tensor) -> Tensor:
        values = [
            torch.as_tensor(self.anomaly_score(model, to_numpy(h)))
            for model in self.fitted
        ]  # (B,) each
        return over_frames(torch.stack(values, dim=1).to(h), self.out_shape)

    @abstractmethod
    def fit_estimator(self, h: np.ndarray) -> Any:
        """What there is to know of vectors (n, W)."""

    @abstractmethod
    def anomaly_score(self, model: Any, h: np.ndarray) -> np.ndarray:
        """How surprising vectors (B, W) are to what was fitted, (B,)."""


@final
class Mahalanobis(Density):
    """The squared distance to the mean in units of the covariance (Mahalanobis, 1936): a
    Gaussian's -2 log p.

    The covariance is drawn towards a multiple of 1 as far as its uncertainty asks for it
    (Ledoit and Wolf, 2004), as there are often fewer clips than numbers of each.
    """

    def fit_estimator(self, h: np.ndarray) -> LedoitWolf:
        return LedoitWolf().fit(h)

    def anomaly_score(self, model: LedoitWolf, h: np.ndarray) -> np.ndarray:
        return model.mahalanobis(h)


@final
class SklearnDetector(Density):
    """Any model of scikit-learn that scores samples, such as a mixture of Gaussians with its
    log p: the negative score.

    Args:
        estimator: a copy of it is fitted to each section.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        summary: nn.Module,
        task: Codec,
        estimator: BaseEstimator,
    ):
        super().__init__(in_shape, out_shape, summary, task)
        self.estimator: Any = estimator
        if not hasattr(estimator, "score_samples"):
            raise UserError(
                f"model: {type(estimator).__name__} can't score samples; model.estimator may be "
                "sklearn.mixture.GaussianMixture, sklearn.svm.OneClassSVM or the like."
            )
        estimator._validate_params()  # before the run begins, rather than when it fits

    def fit_estimator(self, h: np.ndarray) -> Any:
        return clone(self.estimator).fit(h)

    def anomaly_score(self, model: Any, h: np.ndarray) -> np.ndarray:
        return -model.score_samples(h)
