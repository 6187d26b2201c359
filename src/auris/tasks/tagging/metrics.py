"""How well labels are told, each by itself, and the means over them.

Decoded outputs are probabilities (N, K); targets (N, K) are 1 for labels that a clip bears.
"""

from typing import final

import torch
from torch import Tensor

from auris.tasks.metric import Metric, auroc


@final
class MeanAveragePrecision(Metric):
    """The mean over labels of the average precision, as sklearn's average_precision_score.

    That is the mean, over the clips that bear a label, of the precision among all that are held
    to be at least as likely to bear it. A label that no clip bears is left out.

    Args:
        k: of one label alone; None: the mean over all.
    """

    def __init__(self, k: int | None = None):
        self.k = k

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        columns = range(decoded.shape[1]) if self.k is None else [self.k]
        parts = [
            _average_precision(decoded[:, k], target[:, k], weight) for k in columns
        ]
        return torch.stack(parts).nanmean(0)


@final
class MacroAuroc(Metric):
    """The mean over labels of the chance that a clip with it scores above one without.

    (Hanley and McNeil, 1982) A label that all clips bear, or none, is left out.
    """

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        pairs = zip(decoded.T, target.T, strict=True)
        return torch.stack([auroc(*pair, weight) for pair in pairs]).nanmean(0)


class F1(Metric):
    """The harmonic mean of precision and recall, of decisions at thresholds (K,)."""

    def __init__(self, threshold: Tensor):
        self.threshold = threshold

    def count(
        self, decoded: Tensor, target: Tensor, weight: Tensor
    ) -> tuple[Tensor, Tensor]:
        """(R, K) twice how many were told rightly, and how many were told and were there."""
        said = (decoded >= self.threshold.to(decoded)).to(weight)  # (N, K)
        true = target.to(weight)
        return 2 * weight @ (said * true), weight @ (said + true)


@final
class MacroF1(F1):
    """The mean over labels; one that was neither there nor told is left out."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        right, both = self.count(decoded, target, weight)
        return (right / both).nanmean(1)


@final
class MicroF1(F1):
    """Over all labels of all clips together."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        right, both = self.count(decoded, target, weight)
        return right.sum(1) / both.sum(1)


@final
class LabelF1(F1):
    """Of one label.

    Args:
        k: which.
    """

    def __init__(self, threshold: Tensor, k: int):
        super().__init__(threshold)
        self.k = k

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        right, both = self.count(decoded, target, weight)
        return right[:, self.k] / both[:, self.k]


def _average_precision(score: Tensor, positive: Tensor, weight: Tensor) -> Tensor:
    """(N,) scores, (N,) which are positive, (R, N) weights -> (R,)."""
    score, order = score.contiguous().sort(descending=True)
    weight = weight[:, order].double()
    positives = weight * positive[order].double()  # (R, N)
    # clips of one score are taken together: the last of them
    last = torch.searchsorted(-score, -score, right=True) - 1
    precision = (positives.cumsum(1) / weight.cumsum(1))[:, last]
    told = torch.where(positives > 0, positives * precision, 0)
    return (told.sum(1) / positives.sum(1)).float()
