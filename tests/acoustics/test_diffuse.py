"""Diffuse noise against the coherence it should have and plane waves from all sides.

Levels of noise.
"""

import torch

from auris.acoustics.constants import SPEED_OF_SOUND
from auris.acoustics.diffuse_noise import (
    diffuse_coherence,
    diffuse_noise,
    mixing_matrices,
    scale_to_snr,
)

RATE = 16000
LINE = torch.tensor([[0.0, 0, 0], [0.05, 0, 0], [0.2, 0, 0]])  # m


def white(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0))


def test_coherence_is_1_with_oneself_and_0_at_half_a_wavelength():
    found = diffuse_coherence(
        LINE,
        torch.tensor([0.0, SPEED_OF_SOUND / (2 * 0.05), SPEED_OF_SOUND / (2 * 0.2)]),
    )
    assert (found[0] == 1).all() and (found.diagonal(dim1=1, dim2=2) == 1).all()
    assert abs(found[1, 0, 1]) < 1e-6 and abs(found[2, 0, 2]) < 1e-6


def test_coherence_is_that_of_plane_waves_from_all_sides():
    hertz = torch.tensor([200.0, 1000.0, 3000.0])
    waves = torch.nn.functional.normalize(white(200_000, 3), dim=-1)
    late = waves @ LINE.T / SPEED_OF_SOUND  # s, (waves, M)
    # (F, waves, M)
    phase = torch.polar(torch.ones(1), -2 * torch.pi * hertz[:, None, None] * late)
    field = (phase.mT @ phase.conj()).real / len(waves)
    torch.testing.assert_close(field, diffuse_coherence(LINE, hertz), atol=0.01, rtol=0)


def test_mixing_is_a_square_root():
    hertz = torch.linspace(0, 8000, 9)
    root = mixing_matrices(LINE, hertz)
    torch.testing.assert_close(
        root @ root.mT,
        diffuse_coherence(LINE.double(), hertz.double()),
        atol=1e-7,
        rtol=0,
    )


def test_noise_has_this_coherence_and_power():
    noise = diffuse_noise(white(4, 3, 2 * RATE), LINE, RATE)
    spectrum = torch.stft(
        noise.flatten(0, 1), 512, window=torch.hann_window(512), return_complex=True
    )
    # (F, M, frames)
    spectrum = spectrum.unflatten(0, (4, 3)).permute(2, 1, 0, 3).flatten(2)
    cross = (spectrum @ spectrum.mH).real
    power = cross.diagonal(dim1=1, dim2=2)
    found = cross / (power[:, None] * power[..., None]).sqrt()
    torch.testing.assert_close(
        found[1:-1],
        diffuse_coherence(LINE, torch.arange(1, 256) * RATE / 512),
        atol=0.15,
        rtol=0,
    )
    torch.testing.assert_close(noise.var(-1), torch.ones(4, 3), atol=0.1, rtol=0)


def test_far_microphones_hear_independent_noise_and_near_ones_the_same():
    near, far = LINE * 1e-4, LINE * 1e4
    noise = white(1, 3, 4000)
    same = diffuse_noise(noise, near, RATE)[0]
    assert same.corrcoef().min() > 0.999
    torch.testing.assert_close(
        diffuse_noise(noise, far, RATE)[0], noise[0], atol=0.02, rtol=0
    )


def test_the_ratio_is_that_of_powers():
    signal, noise = 3 * white(3, 2, 1000), white(3, 2, 1000).flip(-1)
    snr = torch.tensor([-5.0, 0.0, 20.0])
    scaled = scale_to_snr(noise, signal, snr)
    found = 10 * (signal.square().mean((1, 2)) / scaled.square().mean((1, 2))).log10()
    torch.testing.assert_close(found, snr, atol=1e-4, rtol=0)
    assert (scale_to_snr(noise, 0 * signal, snr) == 0).all()
