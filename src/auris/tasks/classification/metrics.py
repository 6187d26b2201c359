"""How good answers are, and how sure that is.

A metric is a function of decoded answers (N, ...), targets (N, ...) and weights (R, N) to values (R,). With all
weights 1 it is the metric; with the counts of R resamples of the clips it is the bootstrap of its interval. One
formula thus gives both, a thousand resamples in a few milliseconds, which torchmetrics' BootStrapper, a copy of
the metric for each, can't; the tests hold every metric against torchmetrics.
"""

from torch import Tensor

from auris.tasks.metric import Metric, Share, auroc


class Accuracy(Share):
    """The share of clips whose likeliest class is the true one."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return weight @ (decoded.argmax(1) == target).to(weight) / weight.sum(1)


class BalancedAccuracy(Metric):
    """The mean over classes of the share of their clips that are recognised (Brodersen et al., 2010)."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counts = confusion(decoded, target, weight)  # (R, K, K)
        return (counts.diagonal(dim1=1, dim2=2) / counts.sum(2)).nanmean(1)


class MacroF1(Metric):
    """The mean over classes of the harmonic mean of precision and recall; a class that never occurs is left out."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counts = confusion(decoded, target, weight)  # (R, K, K)
        return (2 * counts.diagonal(dim1=1, dim2=2) / (counts.sum(1) + counts.sum(2))).nanmean(1)


class Auroc(Metric):
    """The chance that a clip of the second class scores above one of the first (Hanley and McNeil, 1982)."""

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return auroc(decoded[:, 1], target == 1, weight)


def confusion(decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
    """(N, K) probabilities, (N,) classes, (R, N) weights -> (R, K, K) counts: true classes down, answers across."""
    classes = decoded.shape[1]
    cell = target * classes + decoded.argmax(1)  # (N,)
    return (
        weight.new_zeros(len(weight), classes**2)
        .index_add_(1, cell, weight)
        .view(-1, classes, classes)
    )
