"""How much new clips are like held-out ones, and how much like copies.

Decoded outputs (N, numbers) are packed, see `sets`; where they hold the error alone, as while a
model trains, there is no value. Intervals are over held-out clips and those beside them; what is
a neighbour of what is fixed.
"""

from abc import abstractmethod
from math import nan
from typing import final

import torch
from torch import Tensor

from auris.tasks.generation.sets import HELD_OUT, TRAINING, Compared, is_packed, unpack
from auris.tasks.metric import Metric

_NEIGHBOURS = 5  # of those that make the ball round a clip
COPY_RATE = 0.05  # of clips, which are no copies, that would be taken for some


@final
class Misfit(Metric):
    """The mean error of held-out clips: of a flow, that of its velocity."""

    best = "min"
    bounds = ()

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        return weight @ decoded[:, 0] / weight.sum(1)


@final
class KernelDistance(Metric):
    """The squared maximum mean discrepancy of a set and held-out clips, without bias.

    With the kernel (x . y / d + 1)^3 on embeddings of d numbers (Binkowski et al., 2018, eq. 3 and
    4). It is 0, and below as often as above, where both are of one distribution.
    """

    best = "min"
    bounds = ()

    def __init__(self, name: str):
        self.name = name

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        if not is_packed(decoded):
            return _unknown(weight)
        embedded = unpack(decoded).embedded
        held_out = embedded[HELD_OUT].double()
        own = embedded[self.name].double()
        weight = weight.double()
        across = _mean_pair(polynomial_kernel(held_out, own), weight)
        within = [
            _mean_pair(polynomial_kernel(x, x), weight, without_self=True)
            for x in (held_out, own)
        ]
        return (within[0] + within[1] - 2 * across).float()


class _Neighbourhood(Metric):
    """A mean over clips, by which of them are in the balls round others (Naeem et al., 2020).

    The ball round a clip reaches to the fifth nearest of its own set.
    """

    def __init__(self, name: str):
        self.name = name

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        if not is_packed(decoded) or len(decoded) < 2:
            return _unknown(weight)
        embedded = unpack(decoded).embedded
        value = self.of_clips(embedded[HELD_OUT], embedded[self.name])  # (N,)
        return weight @ value.float() / weight.sum(1)

    @abstractmethod
    def of_clips(self, held_out: Tensor, own: Tensor) -> Tensor:
        """(N,) whose mean it is, by embeddings (N, d) of both sets."""


@final
class Precision(_Neighbourhood):
    """The share of a set that is within the ball of a held-out clip: is it plausible?"""

    def of_clips(self, held_out: Tensor, own: Tensor) -> Tensor:
        return _is_inside(held_out, own).any(0)


@final
class Density(_Neighbourhood):
    """How many balls of held-out clips a clip of the set is in, in fifths; 1 where both are alike.

    Unlike the precision it is not led astray by a single held-out clip that is far out.
    """

    bounds = ()

    def of_clips(self, held_out: Tensor, own: Tensor) -> Tensor:
        return _is_inside(held_out, own).float().sum(0) / _count_neighbours(held_out)


@final
class Recall(_Neighbourhood):
    """The share of held-out clips within the ball of a clip of the set: is all of it there?"""

    def of_clips(self, held_out: Tensor, own: Tensor) -> Tensor:
        return _is_inside(own, held_out).any(0)


@final
class Coverage(_Neighbourhood):
    """The share of held-out clips whose own ball has a clip of the set in it."""

    def of_clips(self, held_out: Tensor, own: Tensor) -> Tensor:
        return _is_inside(held_out, own).any(1)


@final
class Copies(Metric):
    """The share of a set that is nearer to a training clip than clips of their own are.

    Nearer than all but one in 20 held-out clips are, and than all but one in 20 training clips are
    to each other, as held-out clips of others may be far off. Of a set without copies about that
    share is taken for some.
    """

    best = "min"

    def __init__(self, name: str):
        self.name = name

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        if not is_packed(decoded):
            return _unknown(weight)
        distance = unpack(decoded).distance
        usual = [distance[name].quantile(COPY_RATE) for name in (HELD_OUT, TRAINING)]
        is_copy = distance[self.name] < min(usual)
        return weight @ is_copy.float() / weight.sum(1)


def polynomial_kernel(x: Tensor, y: Tensor) -> Tensor:
    """(N, d), (M, d) -> (N, M)."""
    return (x @ y.T / x.shape[1] + 1) ** 3


def silence_drawn(compared: Compared) -> Compared:
    """The same where each new clip is the mean of the training clips, and no copy."""
    zeros = torch.zeros_like(compared.embedded["drawn"])
    far = torch.full_like(compared.error, torch.inf)
    return compared._replace(
        embedded={**compared.embedded, "drawn": zeros},
        distance={**compared.distance, "drawn": far},
    )


def _unknown(weight: Tensor) -> Tensor:
    return torch.full((len(weight),), nan)


def _mean_pair(values: Tensor, weight: Tensor, without_self: bool = False) -> Tensor:
    """The mean (R,) of values (N, N) of pairs of clips, by weights (R, N)."""
    total = weight.sum(1).square()
    if without_self:
        values = values - values.diagonal().diag()
        total = total - weight.square().sum(1)
    return ((weight @ values) * weight).sum(1) / total


def _is_inside(centers: Tensor, clips: Tensor) -> Tensor:
    """(N, M) whether each of M clips is in the ball round each of N centres."""
    apart = torch.cdist(centers, centers)
    # the nearest is itself
    radius = apart.kthvalue(1 + _count_neighbours(centers), dim=1).values
    return torch.cdist(centers, clips) < radius[:, None]


def _count_neighbours(centers: Tensor) -> int:
    return min(_NEIGHBOURS, len(centers) - 1)
