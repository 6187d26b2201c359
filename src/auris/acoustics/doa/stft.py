"""Short-time spectra of several microphones, and what they have in common."""

import torch
from torch import Tensor
from torch.nn import functional as F

from auris.core.errors import UserError


def spectrum(
    wave: Tensor,
    sample_rate: int,
    n_fft: int = 512,
    hop_length: int | None = None,
    f_min: float = 500.0,
    f_max: float = 4000.0,
) -> tuple[Tensor, Tensor]:
    """Spectra (B, M, F, T') of waves (B, M, T) in Hann windows, and their frequencies (F,): f_min <= f < f_max, in Hz.

    `n_fft` and `hop_length` (half of it where None) in samples. No window reaches over an end of the wave, where there
    would be a reflection, with its delays the other way round; a wave shorter than a window is padded with silence.
    Raises `UserError` if no frequency is left.
    """
    hertz = torch.fft.rfftfreq(
        n_fft, 1 / sample_rate, device=wave.device, dtype=wave.dtype
    )
    inside = (hertz >= f_min) & (hertz < f_max)
    if not inside.any():
        raise UserError(
            f"No frequency is left between f_min={f_min:g} and f_max={f_max:g} Hz; set them further apart."
        )
    long = F.pad(wave, (0, max(0, n_fft - wave.shape[-1]))).flatten(0, 1)  # (B x M, T)
    window = torch.hann_window(n_fft, device=wave.device, dtype=wave.dtype)
    x = torch.stft(
        long,
        n_fft,
        hop_length or n_fft // 2,
        window=window,
        center=False,
        return_complex=True,
    )
    return x[:, inside].unflatten(0, wave.shape[:2]), hertz[inside]


def covariance(x: Tensor) -> Tensor:
    """Mean over frames of the products x_m conj(x_n) of spectra (B, M, F, T'): (B, F, M, M)."""
    bins = x.transpose(1, 2)
    return bins @ bins.mH / x.shape[-1]


def cross(x: Tensor, pairs: Tensor) -> Tensor:
    """The phases of conj(x_i) x_j for pairs (i, j), magnitudes 1, or 0 in silence: (B, M, F, T') -> (B, P, F, T')."""
    phase = x.sgn()
    return phase[:, pairs[:, 0]].conj() * phase[:, pairs[:, 1]]


def mean_cross(x: Tensor, pairs: Tensor) -> Tensor:
    """`cross`, averaged over frames: (B, M, F, T') -> (B, P, F)."""
    return covariance(x.sgn())[:, :, pairs[:, 1], pairs[:, 0]].transpose(1, 2)


def parts(z: Tensor, dim: int) -> Tensor:
    """Real and imaginary parts in one row, so that the product of two such rows is the real part of z conj(w)."""
    return torch.cat([z.real, z.imag], dim)
