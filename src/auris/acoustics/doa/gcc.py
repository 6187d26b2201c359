"""Generalized cross-correlation with phase transform (GCC-PHAT).

Knapp and Carter (1976), The generalized correlation method for estimation of time delay, IEEE
Trans. Acoust. Speech Signal Process. 24:320-327, table I.

B clips, M microphones, F frequencies, T' frames, P pairs, L lags.
"""

from torch import Tensor

from auris.acoustics.doa.plane_waves import delay_phases
from auris.acoustics.doa.stft import cross_phase, real_and_imaginary


def gcc_phat(spectrum: Tensor, pairs: Tensor, lags: Tensor, hertz: Tensor) -> Tensor:
    """Correlation (B, P, L, T') of the pairs (P, 2) at lags (L,) in s.

    Positive where the second one is later. Of spectra (B, M, F, T') at frequencies (F,). 1 is a
    pure delay by this very lag.
    """
    cross = cross_phase(spectrum, pairs)  # (B, P, F, T')
    return correlate_lags(cross, lags, hertz)


def correlate_lags(cross: Tensor, lags: Tensor, hertz: Tensor) -> Tensor:
    """Inverse transform (..., L, T') of cross-spectra (..., F, T').

    It is a matrix, for there are few lags, of any size.
    """
    phases = delay_phases(lags.to(hertz), hertz)
    pulses = real_and_imaginary(phases, -1)  # (L, 2 F)
    spectra = real_and_imaginary(cross, -2)  # (..., 2 F, T')
    return pulses / len(hertz) @ spectra
