"""How wide an interval must be to hold the truth as often as was promised."""

import math

import torch
from torch import Tensor

_ROUNDING = 1e-9


def conformal_width(error: Tensor, group: Tensor, coverage: float) -> float:
    """The width within which the error of a clip of a new group stays in a share `coverage`.

    That is hierarchical conformal prediction (Lee, Barber and Willett, 2023, arXiv:2306.06342):
    each of K groups weighs 1 / (K + 1), however many clips it has, and the new one the same at
    infinity. Where each clip is a group of its own it is split conformal prediction
    (Papadopoulos et al., 2002). It holds for any model and any distribution, of groups like
    these; infinite for fewer than `groups_needed`.

    Args:
        error: (N,) of clips that did not train, without a sign.
        group: (N,) which of them belong together.
    """
    _, place, size = group.unique(return_inverse=True, return_counts=True)
    weight = 1 / (size[place].double() * (len(size) + 1))  # (N,)
    ordered, order = error.sort()
    reached = weight[order].cumsum(0)  # (N,)
    at = int(torch.searchsorted(reached, coverage - _ROUNDING))
    return float(ordered[at]) if at < len(ordered) else math.inf


def groups_needed(coverage: float) -> int:
    """The fewest groups that an interval with this coverage takes."""
    return math.ceil(coverage / (1 - coverage) - _ROUNDING)
