"""Noise that comes from everywhere, as the microphones of an array hear it, and the level of noise.

The coherence of microphones at a distance d in a spherically isotropic field is sin(x) / x, x = 2
pi f d / c (Cook et al., 1955; Habets and Gannot, 2007, Generating sensor signals in isotropic noise
fields, J. Acoust. Soc. Am. 122:3464-3470). It is given to independent noises by a matrix for each
frequency, as in Habets, Cohen and Gannot (2008), Generating nonstationary multisensor signals under
a spatial coherence constraint, J. Acoust. Soc. Am. 124:2911-2917.

B scenes, M microphones, T samples, F frequencies.
"""

import torch
from torch import Tensor

from auris.acoustics.constants import SPEED_OF_SOUND


def diffuse_coherence(
    microphones: Tensor, hertz: Tensor, speed: float = SPEED_OF_SOUND
) -> Tensor:
    """Coherence (F, M, M) of microphones (M, 3) in m at frequencies `hertz` (F,)."""
    exact = "donot_use_mm_for_euclid_dist"
    distance = torch.cdist(microphones, microphones, compute_mode=exact)  # (M, M)
    return torch.sinc(2 * hertz[:, None, None] * distance / speed)


def mixing_matrices(
    microphones: Tensor, hertz: Tensor, speed: float = SPEED_OF_SOUND
) -> Tensor:
    """Square roots (F, M, M) of the coherence of microphones (M, 3) in m at frequencies `hertz`
    (F,)."""
    coherence = diffuse_coherence(microphones.double(), hertz.double(), speed)
    return matrix_square_root(coherence)


def matrix_square_root(covariance: Tensor) -> Tensor:
    """Symmetric square roots (F, M, M) of covariances (F, M, M).

    They change smoothly with frequency, unlike triangular ones, and leave each channel as much of
    its own as they can.
    """
    values, vectors = torch.linalg.eigh(covariance)
    roots = values.clamp_min(0).sqrt()
    return (vectors * roots[:, None]) @ vectors.mH


def diffuse_noise(
    white: Tensor, microphones: Tensor, sample_rate: int, speed: float = SPEED_OF_SOUND
) -> Tensor:
    """Diffuse noise (B, M, T) from independent noises (B, M, T) of one spectrum.

    For microphones (M, 3) in m; a rotated array hears the same. Spectrum and power stay. The noise
    goes round: its end fits to its beginning.
    """
    samples = white.shape[-1]
    microphones = microphones.to(white.device)
    hertz = torch.fft.rfftfreq(samples, 1 / sample_rate, device=white.device)
    mix = mixing_matrices(microphones, hertz, speed)
    return mix_channels(white, mix)


def mix_channels(white: Tensor, mix: Tensor) -> Tensor:
    """Noises (B, M, T) mixed at each frequency by matrices (F, M, M), F = T / 2 + 1."""
    spectrum = torch.fft.rfft(white)  # (B, M, F)
    mix = mix.to(spectrum.dtype)
    mixed = torch.einsum("fmn,bnf->bmf", mix, spectrum)
    return torch.fft.irfft(mixed, white.shape[-1])


def scale_to_snr(noise: Tensor, signal: Tensor, snr: Tensor) -> Tensor:
    """Noise (B, M, T), not silent, scaled to `snr` (B,) in dB below signal (B, M, T).

    By power over channels and time. With independent noises that is sensor noise. The noise of a
    silent signal is silent.
    """
    signal_power = signal.square().mean((-2, -1))  # (B,)
    noise_power = noise.square().mean((-2, -1))
    wanted = 10 ** (-snr / 10)
    factor = signal_power / noise_power * wanted
    gain = factor.sqrt()[:, None, None]
    return noise * gain
