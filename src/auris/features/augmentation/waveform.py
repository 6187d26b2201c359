"""Augmentation of waves (B, C, T)."""

from typing import Annotated

import torch
from torch import Tensor, nn

from auris.acoustics.quantities import Decibels
from auris.core.ranges import Range, Share
from auris.features.augmentation.draws import (
    Knots,
    bernoulli,
    broadcast_to,
    level_to_gain,
    random_curve,
    uniform,
)


class TimeShift(nn.Module):
    """Roll each clip in a circle by up to `fraction` of its length, waves or features (B, ...,
    T')."""

    def __init__(self, fraction: Share = 1.0):
        super().__init__()
        self.fraction = fraction

    def forward(self, wave: Tensor) -> Tensor:
        fractions = uniform(-self.fraction, self.fraction, wave)
        shifts = (fractions * wave.shape[-1]).long().tolist()
        rolled = [
            clip.roll(shift, -1) for clip, shift in zip(wave, shifts, strict=True)
        ]
        return torch.stack(rolled)


class Crop(nn.Module):
    """Keep a random stretch of at least `fraction` of each clip and repeat it to the clip's
    length."""

    def __init__(self, fraction: Annotated[float, Range(0, 1, above=True)] = 0.5):
        super().__init__()
        self.fraction = fraction

    def forward(self, wave: Tensor) -> Tensor:
        samples = wave.shape[-1]
        fractions = uniform(self.fraction, 1.0, wave)
        length = (fractions * samples).long().clamp_min(1)  # (B,)
        starts = uniform(0.0, 1.0, wave)
        start = (starts * (samples - length)).long()
        place = torch.arange(samples, device=wave.device)
        repeated = place % length[:, None] + start[:, None]  # (B, T)
        index = repeated[:, None].expand_as(wave)
        return wave.gather(-1, index)


class Gain(nn.Module):
    """Make each clip louder or softer, evenly in dB between `low` and `high`."""

    def __init__(self, low: Decibels = -6.0, high: Decibels = 6.0):
        super().__init__()
        self.low = low
        self.high = high

    def forward(self, wave: Tensor) -> Tensor:
        level = uniform(self.low, self.high, wave)  # dB
        gain = level_to_gain(level)
        return wave * broadcast_to(gain, wave)


class Polarity(nn.Module):
    """Turn each clip's sign round with this probability."""

    def __init__(self, probability: Share = 0.5):
        super().__init__()
        self.probability = probability

    def forward(self, wave: Tensor) -> Tensor:
        flipped = bernoulli(self.probability, wave)
        sign = torch.where(flipped, -1.0, 1.0)
        return wave * broadcast_to(sign, wave)


class Noise(nn.Module):
    """Add white noise to some clips, at an SNR drawn evenly between `low` and `high` dB."""

    def __init__(
        self, low: Decibels = 10.0, high: Decibels = 40.0, probability: Share = 0.5
    ):
        super().__init__()
        self.low = low
        self.high = high
        self.probability = probability

    def forward(self, wave: Tensor) -> Tensor:
        rms = wave.square().mean((1, 2)).sqrt()  # (B,)
        snr = uniform(self.low, self.high, wave)  # dB
        level = rms * level_to_gain(-snr)
        noise = torch.randn_like(wave)
        noisy = bernoulli(self.probability, wave)
        gain = broadcast_to(level * noisy, wave)
        return wave + noise * gain


class Filter(nn.Module):
    """Colour each clip as another microphone would: a smooth random curve over frequency, `std` in
    dB."""

    def __init__(self, std: Annotated[float, Range(0, 60)] = 3.0, knots: Knots = 6):
        super().__init__()
        self.std = std
        self.knots = knots

    def forward(self, wave: Tensor) -> Tensor:
        spectrum = torch.fft.rfft(wave)  # (B, C, T / 2 + 1)
        bins = spectrum.shape[-1]
        level = random_curve(self.std, self.knots, bins, wave)  # dB
        filtered = spectrum * level_to_gain(level)
        return torch.fft.irfft(filtered, n=wave.shape[-1])
