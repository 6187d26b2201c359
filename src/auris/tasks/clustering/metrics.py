"""Do clusters part what is unlike, and do they find what labels name?

Resamples hold copies of clips, which are in one cluster and have one label whatever the method:
pairs of a clip and its copy are no evidence, and do not count.
"""

from abc import ABC
from typing import final

import torch
from torch import Tensor

from auris.tasks.metric import Metric

MAX_SCORED = 2000  # clips that silhouettes compare with each other


class PairMetric(Metric, ABC):
    """A metric that compares clips with each other, 1 at best."""

    def resample(
        self, decoded: Tensor, target: Tensor, repeats: int, group: Tensor
    ) -> Tensor:
        """Without the bias of groups that are drawn twice, as the bootstrap estimates it.

        (Efron and Tibshirani, 1993, eq. 10.3)
        """
        values = super().resample(decoded, target, repeats, group)
        bias = values.mean() - self.value(decoded, target)
        return (values - bias).clamp(-1, 1)


@final
class AdjustedRandIndex(PairMetric):
    """How far clusters and labels agree on which pairs of clips belong together.

    1 is complete agreement and 0 that of chance (Hubert and Arabie, 1985, eq. 5).
    """

    bounds = (1.0,)

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        cluster, label = _compact(decoded[:, 0]), _compact(target)
        weight = weight.double()
        in_both = _count_pairs(_cross(cluster, label), weight)
        in_cluster = _count_pairs(cluster, weight)
        in_label = _count_pairs(label, weight)
        by_chance = in_cluster * in_label / _count_pairs(0 * label, weight)
        most = (in_cluster + in_label) / 2
        index = (in_both - by_chance) / (most - by_chance)
        # nothing is parted, in either way, or everything
        return torch.where(most == in_both, 1.0, index).float()


@final
class NormalizedMutualInformation(PairMetric):
    """What clusters and labels tell of each other, as a share of the mean of their entropies.

    (Strehl and Ghosh, 2002, with the arithmetic mean.) It is above 0 by chance, the more the
    fewer clips there are.
    """

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        cluster, label = _compact(decoded[:, 0]), _compact(target)
        weight = weight.double()
        of_cluster = _entropy(cluster, weight)
        of_label = _entropy(label, weight)
        shared = of_cluster + of_label - _entropy(_cross(cluster, label), weight)
        mean = (of_cluster + of_label) / 2
        return torch.where(mean == 0, 1.0, shared / mean).clamp(0, 1).float()


@final
class Silhouette(PairMetric):
    """The mean over clips of (b - a) / max(a, b), which no label decides (Rousseeuw, 1987).

    a is the mean distance to the clips of the same cluster, b that to those of the nearest other
    one. A clip alone has 0, and so has everything where there is one cluster. Of more than
    2,000 clips evenly spaced ones are compared.
    """

    bounds = ()

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        count = min(len(decoded), MAX_SCORED)
        some = torch.linspace(0, len(decoded) - 1, count).long()
        values = silhouettes(decoded[some], weight[:, some])  # (R, N)
        return (weight[:, some] * values).sum(1) / weight[:, some].sum(1)


def silhouettes(decoded: Tensor, weight: Tensor) -> Tensor:
    """Of N clips that occur as often as weights (R, N) say, (R, N)."""
    own = _compact(decoded[:, 0])  # (N,)
    vectors = decoded[:, 2:].double()  # (N, W)
    distance = torch.cdist(
        vectors, vectors, compute_mode="donot_use_mm_for_euclid_dist"
    ).to(weight)
    within = torch.zeros_like(weight)  # (R, N) mean distances
    nearest = torch.full_like(weight, torch.inf)  # (R, N)
    for cluster in range(int(own.max()) + 1):
        members = own == cluster  # (N,)
        total = weight[:, members] @ distance[members]  # (R, N)
        mass = weight[:, members].sum(1, keepdim=True)  # (R, 1)
        among = total / (mass - weight)  # copies of a clip are not its company
        within = torch.where(members, among, within)
        other = torch.where(mass > 0, total / mass, torch.inf)
        nearest = torch.where(members, nearest, nearest.minimum(other))
    values = (nearest - within) / nearest.maximum(within)
    return values.nan_to_num(0.0, 0.0, 0.0)


def composition(decoded: Tensor, target: Tensor, labels: int) -> Tensor:
    """How many clips of each label are in each cluster, (labels, clusters)."""
    cluster = decoded[:, 0].long() - 1
    clusters = int(cluster.max()) + 1
    counts = torch.zeros(labels, clusters)
    return counts.index_put_(
        (target, cluster), torch.ones(len(target)), accumulate=True
    )


def _compact(number: Tensor) -> Tensor:
    """(N,) the same parts, numbered from 0 without a gap."""
    return number.unique(return_inverse=True)[1]


def _cross(one: Tensor, other: Tensor) -> Tensor:
    """(N,) a number for each pair of both."""
    return _compact(one * (int(other.max()) + 1) + other)


def _sum_parts(part: Tensor, weight: Tensor) -> Tensor:
    """(N,) parts, (R, N) weights -> (R, parts)."""
    empty = weight.new_zeros(len(weight), int(part.max()) + 1)
    return empty.index_add_(1, part, weight)


def _count_pairs(part: Tensor, weight: Tensor) -> Tensor:
    """(R,) pairs of different clips that are in one part."""
    copies = weight.square().sum(1)
    return (_sum_parts(part, weight).square().sum(1) - copies) / 2


def _entropy(part: Tensor, weight: Tensor) -> Tensor:
    """(R,) of a part drawn by weight, in nats."""
    mass = _sum_parts(part, weight)
    share = mass / mass.sum(1, keepdim=True)
    return -torch.xlogy(share, share).sum(1)
