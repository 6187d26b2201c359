"""Steered response power with phase transform (SRP-PHAT).

DiBiase (2000), A high-accuracy, low-latency technique for talker localization in reverberant environments using
microphone arrays, PhD thesis, Brown University: the GCC-PHAT of all pairs, each at its delay, added up.
"""

import torch
from torch import Tensor

from auris.acoustics.doa.plane_waves import between, delays, pairs, phases
from auris.acoustics.doa.stft import cross, mean_cross, parts
from auris.acoustics.image_source import SPEED

AT_ONCE = (
    2**24
)  # values of the cross-spectra of some clips, or of the waves from some directions


def srp_phat(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    speed: float = SPEED,
) -> Tensor:
    """Power (B, D) from directions (D, 3), of spectra (B, M, F, T') at frequencies (F,): 1 is a lone plane wave.

    The mean over pairs, frequencies and frames. pyroomacoustics' is 2 x this + 2 / (M - 1).
    """
    who = pairs(len(microphones)).to(spectrum.device)
    heard = parts(mean_cross(spectrum, who), -1).flatten(1)  # (B, P x 2 F)
    some = max(1, AT_ONCE // heard.shape[1])
    waves = (
        expected(microphones, part, hertz, who, speed)
        for part in directions.split(some)
    )
    return torch.cat(
        [heard @ wave.flatten(1).T / (len(who) * len(hertz)) for wave in waves], -1
    )


def srp_map(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    bands: int = 1,
    speed: float = SPEED,
) -> Tensor:
    """The same (B, bands, D, T') of each frame and each of `bands` equal parts of the frequencies."""
    who = pairs(len(microphones)).to(spectrum.device)
    waves = expected(microphones, directions, hertz, who, speed).unflatten(
        -1, (2, -1)
    )  # (D, P, 2, F)
    groups = [
        wave.flatten(1) / (len(who) * wave.shape[-1])
        for wave in waves.tensor_split(bands, -1)
    ]
    some = max(1, AT_ONCE // (len(who) * spectrum[0, 0].numel()))
    return torch.cat(
        [steered(cross(clips, who), groups) for clips in spectrum.split(some)]
    )


def steered(cross: Tensor, groups: list[Tensor]) -> Tensor:
    """Power (B, bands, D, T') of cross-spectra (B, P, F, T'), by the waves (D, P x 2 x part of F) of each band."""
    heard = torch.stack([cross.real, cross.imag], 2).tensor_split(
        len(groups), 3
    )  # of (B, P, 2, F, T')
    return torch.stack(
        [wave @ part.flatten(1, 3) for wave, part in zip(groups, heard, strict=True)], 1
    )


def expected(
    microphones: Tensor, directions: Tensor, hertz: Tensor, pairs: Tensor, speed: float
) -> Tensor:
    """What plane waves give the cross-spectra of the pairs: (D, P, 2 F), real and imaginary parts."""
    late = between(
        delays(microphones.to(hertz), directions.to(hertz), speed), pairs
    )  # (D, P)
    return parts(phases(late, hertz), -1)
