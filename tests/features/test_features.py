"""Features agree with librosa, stay in float32, and have mean 0 and deviation 1 on what they learnt
from."""

import librosa
import numpy as np
import pytest
import torch
from scipy.fft import dct
from torch import Tensor, nn

from auris.core.errors import UserError
from auris.features.spectrogram import LogMel, Mfcc
from auris.features.standardize import Standardized

RATE = 16000
MEL = {
    "sr": RATE,
    "n_fft": 512,
    "hop_length": 160,
    "htk": True,
    "norm": None,
    "pad_mode": "reflect",
}


@pytest.fixture
def wave() -> Tensor:
    """Three clips of two channels: noise in which a tone comes and goes."""
    noise = torch.randn(3, 2, RATE // 2, generator=torch.Generator().manual_seed(0))
    time = torch.arange(RATE // 2) / RATE
    return 0.1 * noise + torch.sin(2 * torch.pi * 440 * time) * torch.sin(
        2 * torch.pi * 3 * time
    )


def librosa_power(wave: Tensor, **settings: float) -> np.ndarray:
    return librosa.feature.melspectrogram(
        y=wave.double().numpy(), power=2.0, **MEL, **settings
    )


def standardized(transform: nn.Module, wave: Tensor) -> Standardized:
    return Standardized(transform, (wave.shape[1], wave.shape[2]))


@pytest.mark.parametrize(("f_min", "f_max"), [(0.0, None), (50.0, 7000.0)])
def test_log_mel_is_librosas(wave: Tensor, f_min: float, f_max: float | None) -> None:
    ours = LogMel(RATE, 512, 160, n_mels=40, f_min=f_min, f_max=f_max, floor=1e-6)(wave)
    theirs = np.log(librosa_power(wave, n_mels=40, fmin=f_min, fmax=f_max) + 1e-6)
    assert ours.shape == (3, 2, 40, 51)
    assert np.abs(ours.numpy() - theirs).max() < 2e-3  # nepers: 0.01 dB


def test_silence_lies_at_the_floor() -> None:
    assert torch.allclose(
        LogMel(RATE, floor=1e-3)(torch.zeros(1, 1, RATE)), torch.tensor(1e-3).log()
    )


def test_mfcc_is_librosas(wave: Tensor) -> None:
    ours = Mfcc(RATE, n_mfcc=13, n_fft=512, hop_length=160, n_mels=40)(wave).numpy()
    for clip, cepstrum in zip(wave, ours, strict=True):
        level = librosa.power_to_db(
            librosa_power(clip, n_mels=40), amin=1e-10, top_db=80
        )
        assert (
            np.abs(cepstrum - dct(level, axis=-2, norm="ortho")[:, :13]).max() < 0.02
        )  # of some 100 dB


@pytest.mark.parametrize("transform", [LogMel(RATE), Mfcc(RATE)])
def test_a_clip_does_not_depend_on_its_batch(
    wave: Tensor, transform: nn.Module
) -> None:
    loud = torch.cat([wave[:1], 1000 * wave[1:]])
    assert torch.allclose(transform(loud)[:1], transform(wave[:1]), atol=1e-4)


@pytest.mark.parametrize("transform", [LogMel(RATE), Mfcc(RATE), nn.Identity()])
def test_mean_0_and_deviation_1_in_each_channel_and_band(
    wave: Tensor, transform: nn.Module
) -> None:
    features = standardized(transform, wave)
    features.learn([features.raw(wave)])
    x = features(wave).double()
    assert x.shape[1:] == features.out_shape
    assert x.mean((0, -1)).abs().max() < 1e-4
    assert (x.var((0, -1), correction=0).sqrt() - 1).abs().max() < 1e-4


def test_a_far_mean_costs_no_precision(wave: Tensor) -> None:
    features = standardized(nn.Identity(), wave)
    features.learn([features.raw(wave + 1000)])
    assert features.deviation.flatten().tolist() == pytest.approx(
        wave.std((0, 2)).tolist(), rel=1e-3
    )


def test_batches_teach_what_one_batch_teaches(wave: Tensor) -> None:
    whole, parts = standardized(LogMel(RATE), wave), standardized(LogMel(RATE), wave)
    whole.learn([whole.raw(wave)])
    parts.learn(parts.raw(part) for part in (wave[:1], wave[1:]))
    assert torch.allclose(whole.mean, parts.mean) and torch.allclose(
        whole.deviation, parts.deviation
    )


def test_what_was_learnt_is_saved_and_the_transform_holds_no_weights(
    wave: Tensor,
) -> None:
    features = standardized(LogMel(RATE), wave)
    features.learn([features.raw(wave)])
    again = standardized(LogMel(RATE), wave)
    assert not torch.equal(again(wave), features(wave))
    again.load_state_dict(features.state_dict())
    assert torch.equal(again(wave), features(wave))
    assert not list(features.parameters())


def test_a_constant_feature_is_not_blown_up(wave: Tensor) -> None:
    features = standardized(LogMel(RATE), wave)
    features.learn([features.raw(torch.zeros_like(wave))])
    assert features(torch.zeros_like(wave)).abs().max() < 1


def test_a_feature_that_was_constant_in_training_is_not_blown_up_later(
    wave: Tensor,
) -> None:
    features = standardized(nn.Identity(), wave)
    features.learn([features.raw(torch.zeros_like(wave))])
    assert features(wave).abs().max() < 100


@pytest.mark.parametrize("transform", [LogMel(RATE), Mfcc(RATE)])
def test_features_stay_in_float32(wave: Tensor, transform: nn.Module) -> None:
    features = standardized(transform, wave)
    features.learn([features.raw(wave)])
    with torch.autocast("cpu", torch.bfloat16):
        x = features(wave)
    assert x.dtype == torch.float32 and torch.equal(x, features(wave))
    half = features(wave.half())
    assert half.dtype == torch.float32 and torch.equal(
        half, features(wave.half().float())
    )
    assert torch.equal(features(wave.double()), features(wave))


@pytest.mark.parametrize(("bands", "n_fft"), [(64, 1024), (40, 256), (128, 256)])
def test_bands_that_no_bin_of_the_spectrum_falls_into_are_counted(
    bands: int, n_fft: int
) -> None:
    filters = librosa.filters.mel(
        sr=16_000, n_fft=n_fft, n_mels=bands, htk=True, fmin=50
    )
    features = Standardized(LogMel(16_000, n_fft, n_mels=bands), (1, 16_000))
    empty = int((filters.max(1) == 0).sum())
    assert features.count_empty_bands() == (empty, bands)


def test_what_has_no_bands_has_no_empty_ones() -> None:
    assert Standardized(nn.Identity(), (1, 16_000)).count_empty_bands() == (0, 0)


@pytest.mark.parametrize(
    ("f_min", "f_max", "sentence"),
    [
        (50.0, 8001.0, "features.f_max=8001 is above half the sample rate, 8000 Hz"),
        (
            8000.0,
            None,
            "features.f_min=8000 should be below half the sample rate, 8000",
        ),
        (300.0, 300.0, "features.f_min=300 should be below features.f_max=300 Hz"),
    ],
)
def test_bands_lie_below_half_the_sample_rate(
    f_min: float, f_max: float | None, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        LogMel(16_000, f_min=f_min, f_max=f_max)
    assert LogMel(16_000, f_max=8000.0).centers().max() < 8000
