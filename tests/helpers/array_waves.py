"""Noise from known directions, as an array of microphones hears it."""

import torch

from auris.acoustics.arrays import Array, unit_vector
from auris.acoustics.doa.plane_waves import plane_wave_delays

RATE = 16000  # Hz


def heard(array: Array, directions: torch.Tensor, noise: float = 0.01) -> torch.Tensor:
    """Waves (B, M, T) of white noise from directions (B, 3), each delayed as a whole, and noise of
    the sensors."""
    draw = torch.Generator().manual_seed(0)
    length = 4096
    late = plane_wave_delays(array.microphones.double(), directions.double())  # (B, M)
    hertz = torch.fft.rfftfreq(length, 1 / RATE, dtype=torch.float64)
    source = torch.fft.rfft(
        torch.randn(len(directions), 1, length, generator=draw, dtype=torch.float64)
    )
    wave = torch.fft.irfft(
        source * torch.exp(-2j * torch.pi * hertz * late[..., None]), length
    )
    return (wave + noise * torch.randn(wave.shape, generator=draw)).float()


def level(*azimuths: float) -> torch.Tensor:
    return unit_vector(torch.tensor(azimuths), torch.zeros(len(azimuths)))
