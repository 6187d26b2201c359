"""Noise that comes from everywhere, as the microphones of an array hear it, and the level of noise.

The coherence of microphones at a distance d in a spherically isotropic field is sin(x) / x, x = 2 pi f d / c (Cook et
al., 1955; Habets and Gannot, 2007, Generating sensor signals in isotropic noise fields, J. Acoust. Soc. Am.
122:3464-3470). It is given to independent noises by a matrix for each frequency, as in Habets, Cohen and Gannot (2008),
Generating nonstationary multisensor signals under a spatial coherence constraint, J. Acoust. Soc. Am. 124:2911-2917.

B scenes, M microphones, T samples, F frequencies.
"""

import torch
from torch import Tensor

from auris.acoustics.image_source import SPEED


def coherence(microphones: Tensor, hertz: Tensor, speed: float = SPEED) -> Tensor:
    """Coherence (F, M, M) of microphones (M, 3) in m at frequencies `hertz` (F,)."""
    distance = torch.cdist(
        microphones, microphones, compute_mode="donot_use_mm_for_euclid_dist"
    )
    return torch.sinc(2 * hertz[:, None, None] * distance / speed)


def mixing(microphones: Tensor, hertz: Tensor, speed: float = SPEED) -> Tensor:
    """Square roots (F, M, M) of the coherence of microphones (M, 3) in m at frequencies `hertz` (F,)."""
    return square_root(coherence(microphones.double(), hertz.double(), speed))


def square_root(covariance: Tensor) -> Tensor:
    """Symmetric square roots (F, M, M) of covariances (F, M, M).

    They change smoothly with frequency, unlike triangular ones, and leave each channel as much of its own as they can.
    """
    values, vectors = torch.linalg.eigh(covariance)
    return (vectors * values.clamp_min(0).sqrt()[:, None]) @ vectors.mH


def diffuse(
    white: Tensor, microphones: Tensor, sample_rate: int, speed: float = SPEED
) -> Tensor:
    """Diffuse noise (B, M, T) from independent noises (B, M, T) of one spectrum, which it keeps, and their power.

    For microphones (M, 3) in m; a rotated array hears the same. The noise goes round: its end fits to its beginning.
    """
    hertz = torch.fft.rfftfreq(white.shape[-1], 1 / sample_rate, device=white.device)
    return mixed(white, mixing(microphones.to(white.device), hertz, speed))


def mixed(white: Tensor, mix: Tensor) -> Tensor:
    """Noises (B, M, T) mixed at each frequency by matrices (F, M, M), F = T / 2 + 1."""
    spectrum = torch.fft.rfft(white)  # (B, M, F)
    return torch.fft.irfft(
        torch.einsum("fmn,bnf->bmf", mix.to(spectrum.dtype), spectrum), white.shape[-1]
    )


def at_snr(noise: Tensor, signal: Tensor, snr: Tensor) -> Tensor:
    """Noise (B, M, T), not silent, scaled to `snr` (B,) in dB below signal (B, M, T), by power over channels and time.

    With independent noises (B, M, T) that is sensor noise. The noise of a silent signal is silent.
    """
    power = signal.square().mean((-2, -1)) / noise.square().mean((-2, -1))
    return noise * (power * 10 ** (-snr / 10)).sqrt()[:, None, None]
