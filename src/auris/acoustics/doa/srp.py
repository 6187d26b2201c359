"""Steered response power with phase transform (SRP-PHAT).

DiBiase (2000), A high-accuracy, low-latency technique for talker localization in reverberant
environments using microphone arrays, PhD thesis, Brown University: the GCC-PHAT of all pairs, each
at its delay, added up.

B clips, M microphones, F frequencies, T' frames, P pairs, D directions.
"""

import torch
from torch import Tensor

from auris.acoustics.constants import SPEED_OF_SOUND
from auris.acoustics.doa.plane_waves import (
    delay_phases,
    microphone_pairs,
    pair_delays,
    plane_wave_delays,
)
from auris.acoustics.doa.stft import cross_phase, mean_cross_phase, real_and_imaginary

# of the cross-spectra of some clips, or of the waves from some directions
MAX_VALUES = 2**24


def srp_phat(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    speed: float = SPEED_OF_SOUND,
) -> Tensor:
    """Power (B, D) from directions (D, 3), of spectra (B, M, F, T') at frequencies (F,).

    1 is a lone plane wave. The mean over pairs, frequencies and frames. pyroomacoustics' is
    2 x this + 2 / (M - 1).
    """
    pairs = microphone_pairs(len(microphones)).to(spectrum.device)
    cross = mean_cross_phase(spectrum, pairs)  # (B, P, F)
    spectra = real_and_imaginary(cross, -1).flatten(1)  # (B, P x 2 F)
    terms = len(pairs) * len(hertz)
    count = max(1, MAX_VALUES // spectra.shape[1])
    powers = []
    for part in directions.split(count):
        waves = _expected_cross(microphones, part, hertz, pairs, speed)
        power = spectra @ waves.flatten(1).T
        powers.append(power / terms)
    return torch.cat(powers, -1)


def srp_map(
    spectrum: Tensor,
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    bands: int = 1,
    speed: float = SPEED_OF_SOUND,
) -> Tensor:
    """The same (B, bands, D, T') of each frame and each of `bands` equal parts of the
    frequencies."""
    pairs = microphone_pairs(len(microphones)).to(spectrum.device)
    waves = _expected_cross(microphones, directions, hertz, pairs, speed)
    split = waves.unflatten(-1, (2, -1)).tensor_split(bands, -1)  # (D, P, 2, part of F)
    groups = []
    for wave in split:
        terms = len(pairs) * wave.shape[-1]
        groups.append(wave.flatten(1) / terms)
    values = len(pairs) * spectrum[0, 0].numel()  # of a clip
    count = max(1, MAX_VALUES // values)
    powers = [
        _steer_power(cross_phase(clips, pairs), groups)
        for clips in spectrum.split(count)
    ]
    return torch.cat(powers)


def _steer_power(cross: Tensor, groups: list[Tensor]) -> Tensor:
    """Power (B, bands, D, T') of cross-spectra (B, P, F, T') by the waves of each band.

    Those are (D, P x 2 x part of F).
    """
    spectra = torch.stack([cross.real, cross.imag], 2)  # (B, P, 2, F, T')
    parts = spectra.tensor_split(len(groups), 3)
    powers = [
        waves @ part.flatten(1, 3) for waves, part in zip(groups, parts, strict=True)
    ]
    return torch.stack(powers, 1)


def _expected_cross(
    microphones: Tensor,
    directions: Tensor,
    hertz: Tensor,
    pairs: Tensor,
    speed: float,
) -> Tensor:
    """What plane waves give the cross-spectra of the pairs: (D, P, 2 F), real and imaginary
    parts."""
    delays = plane_wave_delays(microphones.to(hertz), directions.to(hertz), speed)
    late = pair_delays(delays, pairs)  # (D, P)
    return real_and_imaginary(delay_phases(late, hertz), -1)
