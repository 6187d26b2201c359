"""The direction that fits the delays of all pairs of microphones best.

A plane wave from v reaches r_j later than r_i by -(r_j - r_i) v / c, which is linear in v: Berdugo, Doron, Rosenhouse
and Azhari (1999), On direction finding of an emitting source from time delays, J. Acoust. Soc. Am. 105:3355-3363.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from auris.acoustics.arrays import Array
from auris.acoustics.doa.gcc import correlation
from auris.acoustics.doa.grid import vertex
from auris.acoustics.doa.plane_waves import pairs
from auris.acoustics.doa.stft import mean_cross
from auris.acoustics.image_source import SPEED

FINE = 8  # lags in a period of the highest frequency


def least_squares(
    spectrum: Tensor, array: Array, hertz: Tensor, speed: float = SPEED
) -> Tensor:
    """Directions (B, 3) of spectra (B, M, F, T') at frequencies (F,), among those that the array can tell apart.

    For a plane they lie in it, for a line they are folded.
    """
    microphones = array.microphones.to(hertz)
    who = pairs(len(microphones)).to(hertz.device)
    apart = microphones[who[:, 1]] - microphones[who[:, 0]]  # (P, 3)
    late = best_lags(
        mean_cross(spectrum, who), hertz, apart.norm(dim=-1) / speed
    )  # (B, P)
    along = array.along.to(hertz)  # (dimensions, 3)
    inside = -speed * late @ torch.linalg.pinv(apart @ along.T).T @ along
    if array.dimensions > 1:
        return F.normalize(inside, dim=-1)
    cosine = inside / inside.norm(dim=-1, keepdim=True).clamp_min(1)
    return cosine + (1 - cosine.square().sum(-1, keepdim=True)).clamp_min(
        0
    ).sqrt() * array.side.to(hertz)


def best_lags(cross: Tensor, hertz: Tensor, reach: Tensor) -> Tensor:
    """Lags (B, P) in s of the most GCC-PHAT, of cross-spectra (B, P, F), none beyond the `reach` (P,) of its pair."""
    step = 1 / (FINE * float(hertz.max()))
    most = 2 + int(reach.max() / step)
    lags = torch.arange(-most, most + 1).to(hertz) * step  # (L,)
    found = correlation(cross[..., None], lags, hertz)[..., 0]  # (B, P, L)
    far = lags.abs() > reach[:, None] + step / 2
    best = found.masked_fill(far, -torch.inf).argmax(-1, keepdim=True)  # (B, P, 1)
    low, top, high = (found.gather(-1, best + move) for move in (-1, 0, 1))
    return (lags[best] + step * vertex(low, top, high).clamp(-1, 1))[..., 0]
