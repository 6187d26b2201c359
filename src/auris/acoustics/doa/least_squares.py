"""The direction that fits the delays of all pairs of microphones best.

A plane wave from v reaches r_j later than r_i by -(r_j - r_i) v / c, which is linear in v: Berdugo,
Doron, Rosenhouse and Azhari (1999), On direction finding of an emitting source from time delays, J.
Acoust. Soc. Am. 105:3355-3363.

B clips, M microphones, F frequencies, T' frames, P pairs, L lags.
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from auris.acoustics.arrays import Array
from auris.acoustics.constants import SPEED_OF_SOUND
from auris.acoustics.doa.gcc import correlate_lags
from auris.acoustics.doa.grid import parabola_vertex
from auris.acoustics.doa.plane_waves import microphone_pairs
from auris.acoustics.doa.stft import mean_cross_phase

_LAGS_PER_PERIOD = 8  # of the highest frequency


def least_squares(
    spectrum: Tensor, array: Array, hertz: Tensor, speed: float = SPEED_OF_SOUND
) -> Tensor:
    """Directions (B, 3) of spectra (B, M, F, T') at frequencies (F,).

    They are of those that the array can tell apart: for a plane they lie in it, for a line they are
    folded.
    """
    microphones = array.microphones.to(hertz)
    pairs = microphone_pairs(len(microphones)).to(hertz.device)
    first, second = pairs.T
    apart = microphones[second] - microphones[first]  # (P, 3)
    cross = mean_cross_phase(spectrum, pairs)  # (B, P, F)
    reach = apart.norm(dim=-1) / speed  # (P,) in s
    delay = _best_lags(cross, hertz, reach)  # (B, P)
    along = array.along.to(hertz)  # (dimensions, 3)
    solution = torch.linalg.pinv(apart @ along.T).T  # (P, dimensions)
    inside = -speed * delay @ solution @ along  # (B, 3)
    if array.dimensions > 1:
        return F.normalize(inside, dim=-1)
    length = inside.norm(dim=-1, keepdim=True)
    cosine = inside / length.clamp_min(1)
    squares = cosine.square().sum(-1, keepdim=True)
    sine = (1 - squares).clamp_min(0).sqrt()
    side = array.side.to(hertz)
    return cosine + sine * side


def _best_lags(cross: Tensor, hertz: Tensor, reach: Tensor) -> Tensor:
    """Lags (B, P) in s of the most GCC-PHAT, of cross-spectra (B, P, F), none beyond its `reach`
    (P,)."""
    highest = float(hertz.max())
    step = 1 / (_LAGS_PER_PERIOD * highest)
    last = 2 + int(reach.max() / step)
    places = torch.arange(-last, last + 1).to(hertz)
    lags = places * step  # (L,)
    found = correlate_lags(cross[..., None], lags, hertz)
    found = found[..., 0]  # (B, P, L)
    far = lags.abs() > reach[:, None] + step / 2
    near = found.masked_fill(far, -torch.inf)
    best = near.argmax(-1, keepdim=True)  # (B, P, 1)
    low, top, high = (found.gather(-1, best + move) for move in (-1, 0, 1))
    between = parabola_vertex(low, top, high).clamp(-1, 1)
    lag = lags[best] + step * between
    return lag[..., 0]
