"""Multiple signal classification (MUSIC) for one source, frequency by frequency.

Schmidt (1986), Multiple emitter location and signal parameter estimation, IEEE Trans. Antennas Propag. 34:276-280,
equation 6. NormMUSIC gives each frequency the same say: Salvati, Drioli and Foresti (2014), Incoherent frequency fusion
for broadband steered response power algorithms in noisy environments, IEEE Signal Process. Lett. 21:581-585.
"""

import torch
from torch import Tensor

from auris.acoustics.doa.plane_waves import delays, phases
from auris.acoustics.doa.stft import covariance, parts
from auris.acoustics.image_source import SPEED

AT_ONCE = 2**24  # values of the waves from all directions at some clips


def music(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    speed: float = SPEED,
) -> Tensor:
    """Pseudo-spectrum (B, D) over directions (D, 3), the mean over frequencies (F,), of spectra (B, M, F, T')."""
    return pseudo_spectrum(
        spectrum, microphones, directions, hertz, speed, normalized=False
    )


def norm_music(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    speed: float = SPEED,
) -> Tensor:
    """The same, after the largest value at each frequency was made 1."""
    return pseudo_spectrum(
        spectrum, microphones, directions, hertz, speed, normalized=True
    )


def pseudo_spectrum(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    speed: float,
    normalized: bool,
) -> Tensor:
    waves = phases(
        delays(microphones.to(hertz), directions.to(hertz), speed), hertz
    ).permute(2, 1, 0)  # (F, M, D)
    waves = parts(waves, 1)  # (F, 2 M, D)
    some = max(1, AT_ONCE // waves.numel())
    return torch.cat(
        [
            mean_over_frequencies(clips, waves, normalized)
            for clips in spectrum.split(some)
        ]
    )


def mean_over_frequencies(spectrum: Tensor, waves: Tensor, normalized: bool) -> Tensor:
    """(B, D) of spectra (B, M, F, T') by waves (F, 2 M, D), their real and imaginary parts."""
    _, vectors = torch.linalg.eigh(
        covariance(spectrum)
    )  # (B, F, M, M), the largest eigenvalue last
    noise = vectors[..., :-1].permute(1, 3, 0, 2)  # (F, M - 1, B, M)
    both = parts(
        torch.cat([noise, 1j * noise], 1), -1
    )  # for the real and the imaginary parts of products with waves
    leak = (
        (both.flatten(1, 2) @ waves).square_().unflatten(1, (-1, len(spectrum))).sum(1)
    )  # (F, B, D)
    power = leak.clamp_min(torch.finfo(leak.dtype).eps).reciprocal()
    return (power / power.amax(-1, keepdim=True) if normalized else power).mean(0)
