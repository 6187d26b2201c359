"""How often the right class was told."""

from typing import final

from torch import Tensor

from auris.tasks.metric import Metric, Proportion, auroc


@final
class Accuracy(Proportion):
    """The fraction of clips whose likeliest class is the true one."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        right = (decoded.argmax(1) == target).to(weight)
        return weight @ right / weight.sum(1)


@final
class BalancedAccuracy(Metric):
    """The mean over classes of the fraction that is recognised (Brodersen et al., 2010)."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counts = confusion_matrix(decoded, target, weight)  # (R, K, K)
        right = counts.diagonal(dim1=1, dim2=2)
        return (right / counts.sum(2)).nanmean(1)


@final
class MacroF1(Metric):
    """The mean over classes of the harmonic mean of precision and recall.

    A class that never occurs is left out.
    """

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counts = confusion_matrix(decoded, target, weight)  # (R, K, K)
        right = counts.diagonal(dim1=1, dim2=2)
        both = counts.sum(1) + counts.sum(2)
        return (2 * right / both).nanmean(1)


@final
class Auroc(Metric):
    """The chance that a clip of the second class scores above one of the first.

    (Hanley and McNeil, 1982)
    """

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return auroc(decoded[:, 1], target == 1, weight)


def confusion_matrix(decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """(N, K) probabilities, (N,) classes, (R, N) weights -> (R, K, K) counts.

    True classes down, predictions across.
    """
    classes = decoded.shape[1]
    cell = target * classes + decoded.argmax(1)  # (N,)
    empty = weight.new_zeros(len(weight), classes**2)
    return empty.index_add_(1, cell, weight).view(-1, classes, classes)
