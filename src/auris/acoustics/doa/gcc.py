"""Generalized cross-correlation with phase transform (GCC-PHAT).

Knapp and Carter (1976), The generalized correlation method for estimation of time delay, IEEE Trans. Acoust. Speech
Signal Process. 24:320-327, table I.
"""

from torch import Tensor

from auris.acoustics.doa.plane_waves import phases
from auris.acoustics.doa.stft import cross, parts


def gcc_phat(spectrum: Tensor, pairs: Tensor, lags: Tensor, hertz: Tensor) -> Tensor:
    """Correlation (B, P, L, T') of the pairs (P, 2) at lags (L,) in s, positive where the second one is later.

    Of spectra (B, M, F, T') at frequencies (F,). 1 is a pure delay by this very lag.
    """
    return correlation(cross(spectrum, pairs), lags, hertz)


def correlation(cross: Tensor, lags: Tensor, hertz: Tensor) -> Tensor:
    """Inverse transform (..., L, T') of cross-spectra (..., F, T'): a matrix, for there are few lags of any size."""
    pulses = parts(phases(lags.to(hertz), hertz), -1)  # (L, 2 F)
    return pulses / len(hertz) @ parts(cross, -2)
