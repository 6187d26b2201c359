"""Multiple signal classification (MUSIC) for one source, frequency by frequency.

Schmidt (1986), Multiple emitter location and signal parameter estimation, IEEE Trans. Antennas
Propag. 34:276-280, equation 6. NormMUSIC gives each frequency the same say: Salvati, Drioli and
Foresti (2014), Incoherent frequency fusion for broadband steered response power algorithms in noisy
environments, IEEE Signal Process. Lett. 21:581-585.

B clips, M microphones, F frequencies, T' frames, D directions.
"""

import torch
from torch import Tensor

from auris.acoustics.constants import SPEED_OF_SOUND
from auris.acoustics.doa.plane_waves import delay_phases, plane_wave_delays
from auris.acoustics.doa.stft import real_and_imaginary, spatial_covariance

_MAX_VALUES = 2**24  # of the waves from all directions at some clips


def music(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    speed: float = SPEED_OF_SOUND,
) -> Tensor:
    """Pseudo-spectrum (B, D) over directions (D, 3), the mean over frequencies (F,).

    Of spectra (B, M, F, T').
    """
    waves = _plane_waves(microphones, directions, hertz, speed)
    parts = _split_clips(spectrum, waves)
    means = [_pseudo_spectrum(part, waves).mean(0) for part in parts]
    return torch.cat(means)


def norm_music(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    speed: float = SPEED_OF_SOUND,
) -> Tensor:
    """The same, after the largest value at each frequency was made 1."""
    waves = _plane_waves(microphones, directions, hertz, speed)
    means = []
    for part in _split_clips(spectrum, waves):
        power = _pseudo_spectrum(part, waves)  # (F, B, D)
        largest = power.amax(-1, keepdim=True)
        means.append((power / largest).mean(0))
    return torch.cat(means)


def _plane_waves(
    microphones: Tensor, directions: Tensor, hertz: Tensor, speed: float
) -> Tensor:
    """Waves (F, 2 M, D) from all directions, their real and imaginary parts."""
    delays = plane_wave_delays(microphones.to(hertz), directions.to(hertz), speed)
    phases = delay_phases(delays, hertz).permute(2, 1, 0)  # (F, M, D)
    return real_and_imaginary(phases, 1)


def _split_clips(spectrum: Tensor, waves: Tensor) -> tuple[Tensor, ...]:
    count = max(1, _MAX_VALUES // waves.numel())
    return spectrum.split(count)


def _pseudo_spectrum(spectrum: Tensor, waves: Tensor) -> Tensor:
    """(F, B, D) of spectra (B, M, F, T') by waves (F, 2 M, D)."""
    clips = len(spectrum)
    covariance = spatial_covariance(spectrum)  # (B, F, M, M)
    _, vectors = torch.linalg.eigh(covariance)  # the largest eigenvalue last
    noise = vectors[..., :-1].permute(1, 3, 0, 2)  # (F, M - 1, B, M)
    # for the real and the imaginary parts of products with waves
    quadrature = torch.cat([noise, 1j * noise], 1)
    rows = real_and_imaginary(quadrature, -1).flatten(1, 2)
    products = (rows @ waves).square_()
    leak = products.unflatten(1, (-1, clips)).sum(1)  # (F, B, D)
    smallest = torch.finfo(leak.dtype).eps
    return leak.clamp_min(smallest).reciprocal()
