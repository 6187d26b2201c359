"""Short-time spectra of several microphones, and what they have in common.

B clips, M microphones, T samples, F frequencies in Hz, T' frames, P pairs. Results have the
precision and the device of the wave. All phases of a silent clip are 0.

    x, hertz = band_spectrum(wave, sample_rate)  # (B, M, T) -> (B, M, F, T'), (F,)
    directions = direction_grid(array, step=1)  # (D, 3)
    power = norm_music(x, array.microphones, directions, hertz)  # (B, D)
    peak_direction(power, directions)  # (B, 3)
"""

import torch
from torch import Tensor
from torch.nn import functional as F

from auris.core.errors import UserError


def band_spectrum(
    wave: Tensor,
    sample_rate: int,
    n_fft: int = 512,
    hop_length: int | None = None,
    f_min: float = 500.0,
    f_max: float = 4000.0,
) -> tuple[Tensor, Tensor]:
    """Spectra (B, M, F, T') of waves (B, M, T) in Hann windows, and their frequencies (F,).

    These are f_min <= f < f_max, in Hz; `n_fft` and `hop_length` (half of it where None) in
    samples. No window reaches over an end of the wave, where there would be a reflection, with its
    delays the other way round; a wave shorter than a window is padded with silence. Raises
    `UserError` if no frequency is left.
    """
    device = wave.device
    hertz = torch.fft.rfftfreq(n_fft, 1 / sample_rate, device=device, dtype=wave.dtype)
    inside = (hertz >= f_min) & (hertz < f_max)
    if not inside.any():
        raise UserError(
            f"No frequency is left between f_min={f_min:g} and f_max={f_max:g} Hz; "
            "set them further apart."
        )
    missing = max(0, n_fft - wave.shape[-1])
    padded = F.pad(wave, (0, missing)).flatten(0, 1)  # (B x M, T)
    x = torch.stft(
        padded,
        n_fft,
        hop_length or n_fft // 2,
        window=torch.hann_window(n_fft, device=device, dtype=wave.dtype),
        center=False,
        return_complex=True,
    )
    band = x[:, inside].unflatten(0, wave.shape[:2])
    return band, hertz[inside]


def spatial_covariance(x: Tensor) -> Tensor:
    """Mean over frames of the products x_m conj(x_n) of spectra (B, M, F, T'): (B, F, M, M)."""
    bins = x.transpose(1, 2)
    return bins @ bins.mH / x.shape[-1]


def cross_phase(x: Tensor, pairs: Tensor) -> Tensor:
    """The phases of conj(x_i) x_j for pairs (i, j), magnitudes 1: (B, M, F, T') -> (B, P, F, T').

    In silence they are 0.
    """
    phase = x.sgn()
    first, second = pairs.T
    return phase[:, first].conj() * phase[:, second]


def mean_cross_phase(x: Tensor, pairs: Tensor) -> Tensor:
    """`cross_phase`, averaged over frames: (B, M, F, T') -> (B, P, F)."""
    first, second = pairs.T
    coherence = spatial_covariance(x.sgn())  # (B, F, M, M)
    return coherence[:, :, second, first].transpose(1, 2)


def real_and_imaginary(z: Tensor, dim: int) -> Tensor:
    """Real and imaginary parts in one row.

    The product of two such rows is the real part of z conj(w).
    """
    return torch.cat([z.real, z.imag], dim)
