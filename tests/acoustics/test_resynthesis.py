"""Sound made of spectra again: it has nearly the spectra that it was made of."""

import pytest
import torch
from conftest import noise, sine
from torchaudio.functional import melscale_fbanks

from auris.acoustics.resynthesis import spread_bands
from auris.features.spectrogram import LogMel

RATE = 8000


@pytest.fixture
def log_mel() -> LogMel:
    return LogMel(RATE, 512, 128, floor=1e-4)


def test_a_sound_made_of_a_log_mel_has_nearly_this_log_mel(log_mel: LogMel) -> None:
    tone = torch.from_numpy(sine(700, 1.0, RATE)).float()
    hiss = 0.1 * torch.from_numpy(noise(0, 1.0, RATE)).float()
    wave = torch.stack([tone, hiss])[:, None]
    raw = log_mel(wave)
    again = log_mel.invert(raw, wave.shape[-1])
    assert again.shape == wave.shape
    error = (log_mel(again) - raw).square().mean((1, 2, 3)).sqrt()
    assert error[0] < 1.5 and error[1] < 0.3  # a tone has silence beside it
    peak = torch.fft.rfft(again[0, 0]).abs().argmax()
    assert float(peak) == pytest.approx(700, abs=10)


def test_the_same_log_mel_makes_the_same_sound(log_mel: LogMel) -> None:
    raw = log_mel(torch.from_numpy(sine(500, 0.5, RATE)).float()[None, None])
    before = torch.get_rng_state()
    first = log_mel.invert(raw, RATE // 2)
    assert torch.equal(first, log_mel.invert(raw, RATE // 2))
    assert torch.equal(torch.get_rng_state(), before)


def test_powers_are_spread_so_that_bands_keep_theirs() -> None:
    filters = melscale_fbanks(257, 50.0, 4000.0, 64, RATE)
    power = torch.rand(257, 3, generator=torch.Generator().manual_seed(0))
    banded = filters.T @ power
    spread = spread_bands(banded, filters)
    assert (spread >= 0).all()
    lost = (filters.T @ spread - banded).abs().sum() / banded.sum()
    assert lost < 0.02
