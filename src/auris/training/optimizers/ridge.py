"""What every solver for a linear layer does: sums over the training set, and one system of
equations.
"""

from collections.abc import Iterable

import torch
import torch.nn.functional as F
from torch import Tensor, nn


def solve_layer(
    layer: nn.Linear, pairs: Iterable[tuple[Tensor, Tensor]], ridge: float = 0.0
) -> None:
    """Set `layer` to what maps h (B, W) to targets (B, K) best, in the sense of least squares,
    given all pairs.

    It minimises the mean of |W h + b - target|^2 plus ridge x p x |W|^2, with p the mean square
    of the numbers in h (Hoerl and Kennard, 1970, eq. 2.1); where several do, it is the one of
    the least norm. Sums are in float64 and go over the pairs one after the other.
    """
    count = 0
    gram = torch.zeros(())
    cross = torch.zeros(())
    for h, target in pairs:
        h = F.pad(h.double(), (0, 1), value=1.0)  # (B, W + 1), a constant at its end
        gram = gram.to(h) + h.T @ h
        cross = cross.to(h) + h.T @ target.double()
        count += len(h)
    solution = _ridge_regression(gram / count, cross / count, ridge)  # (W + 1, K)
    layer.weight.copy_(solution[:-1].T)
    layer.bias.copy_(solution[-1])


def _ridge_regression(gram: Tensor, cross: Tensor, ridge: float) -> Tensor:
    """Solve (gram + ridge p I) w = cross, of the least norm; the last row of w, a constant, is
    held back by nothing.
    """
    power = gram.diagonal()[:-1].mean()  # p
    held = torch.full_like(gram[0], ridge * float(power))
    held[-1] = 0.0
    return torch.linalg.pinv(gram + held.diag(), hermitian=True) @ cross
