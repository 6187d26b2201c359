"""scikit-learn's models. They are fitted anew from what is kept when they are loaded: no pickle
is ever read.
"""

from abc import abstractmethod
from typing import Any, final

import numpy as np
import torch
from sklearn.base import BaseEstimator, is_classifier, is_regressor
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.models.codec import Codec
from auris.models.instance_based import InstanceBased


class Estimator(InstanceBased):
    """A model of scikit-learn on the summary of a clip, computed on the CPU."""

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
        estimator._validate_params()  # before the run begins, rather than when it fits

    def fit_stored(self) -> None:
        if len(self.seen):
            self.estimator.fit(
                to_numpy(self.seen), self.encode_targets(to_numpy(self.told.flatten(1)))
            )

    def predict_vectors(self, h: Tensor) -> Tensor:
        return self.to_output(
            torch.as_tensor(self.predict_values(to_numpy(h)))
            .to(h)
            .view(len(h), *self.out_shape)
        )

    @abstractmethod
    def encode_targets(self, told: np.ndarray) -> np.ndarray:
        """Encoded targets (n, K) as the estimator wants them."""

    @abstractmethod
    def predict_values(self, h: np.ndarray) -> np.ndarray:
        """What the estimator says of vectors (B, W): (B, K)."""

    @abstractmethod
    def to_output(self, values: Tensor) -> Tensor:
        """What it says, (B, *out_shape), as an output of the model."""


@final
class Classifier(Estimator):
    """A classifier of scikit-learn, for tasks with classes.

    Its output is the logarithm of its probabilities. Where it has none, as support vector
    machines, it is the margins: their order is right, but a softmax of them is not calibrated.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        summary: nn.Module,
        task: Codec,
        estimator: BaseEstimator,
    ):
        super().__init__(in_shape, out_shape, summary, task, estimator)
        name = type(estimator).__name__
        if not is_classifier(estimator):
            raise UserError(
                f"model: {name} is not a classifier; _target_ should name "
                "auris.models.estimator.Regressor."
            )
        if not task.has_classes:
            raise UserError(
                f"model: {name} tells classes apart and this task has none; choose model=knn."
            )
        self.has_margins = hasattr(estimator, "decision_function")

    def encode_targets(self, told: np.ndarray) -> np.ndarray:
        return told.argmax(1)

    def predict_values(self, h: np.ndarray) -> np.ndarray:
        if not self.has_margins:
            return self.estimator.predict_proba(h)
        margins = self.estimator.decision_function(h)
        return margins if margins.ndim > 1 else np.stack([-margins / 2, margins / 2], 1)

    def to_output(self, values: Tensor) -> Tensor:
        return values if self.has_margins else self.output_of_mean(values)


@final
class Regressor(Estimator):
    """A regressor of scikit-learn that has several outputs: it averages targets, so it serves
    any task.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        summary: nn.Module,
        task: Codec,
        estimator: BaseEstimator,
    ):
        super().__init__(in_shape, out_shape, summary, task, estimator)
        if not is_regressor(estimator):
            raise UserError(
                f"model: {type(estimator).__name__} is not a regressor; _target_ should name "
                "auris.models.estimator.Classifier."
            )

    def encode_targets(self, told: np.ndarray) -> np.ndarray:
        return told

    def predict_values(self, h: np.ndarray) -> np.ndarray:
        return self.estimator.predict(h)

    def to_output(self, values: Tensor) -> Tensor:
        return self.output_of_mean(values)


def to_numpy(x: Tensor) -> np.ndarray:
    return x.detach().cpu().double().numpy()
