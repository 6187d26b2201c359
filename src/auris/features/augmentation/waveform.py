"""More data from the same data: batched, on the training device, active in training only.

Every clip of a batch takes its own draw. Waves are (B, C, T), features (B, C', F, T'); each part keeps the shape.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.features.augmentation.draws import (
    bernoulli,
    broadcast_to,
    level_to_gain,
    uniform,
)


class TimeShift(nn.Module):
    """Roll each clip, waves (B, C, T) or features (B, C', F, T'), in a circle by up to `share` of its length."""

    def __init__(self, share: float = 1.0):
        super().__init__()
        self.share = share

    def forward(self, wave: Tensor) -> Tensor:
        samples = wave.shape[-1]
        shifts = (uniform(-self.share, self.share, wave) * samples).long()
        return torch.stack(
            [
                clip.roll(shift, -1)
                for clip, shift in zip(wave, shifts.tolist(), strict=True)
            ]
        )


class Crop(nn.Module):
    """Keep a random stretch of at least `share` of each clip and repeat it to the clip's length."""

    def __init__(self, share: float = 0.5):
        super().__init__()
        self.share = share

    def forward(self, wave: Tensor) -> Tensor:
        samples = wave.shape[-1]
        length = (uniform(self.share, 1.0, wave) * samples).long().clamp_min(1)  # (B,)
        start = (uniform(0.0, 1.0, wave) * (samples - length)).long()
        place = (
            torch.arange(samples, device=wave.device) % length[:, None] + start[:, None]
        )  # (B, T)
        return wave.gather(-1, place[:, None].expand_as(wave))


class Gain(nn.Module):
    """Make each clip louder or softer, evenly in dB between `low` and `high`."""

    def __init__(self, low: float = -6.0, high: float = 6.0):
        super().__init__()
        self.low, self.high = low, high

    def forward(self, wave: Tensor) -> Tensor:
        return wave * broadcast_to(level_to_gain(uniform(self.low, self.high, wave)), wave)


class Polarity(nn.Module):
    """Turn each clip's sign round with this probability."""

    def __init__(self, probability: float = 0.5):
        super().__init__()
        self.probability = probability

    def forward(self, wave: Tensor) -> Tensor:
        return wave * broadcast_to(torch.where(bernoulli(self.probability, wave), -1.0, 1.0), wave)


class Noise(nn.Module):
    """Add white noise to some clips, at an SNR drawn evenly between `low` and `high` dB."""

    def __init__(self, low: float = 10.0, high: float = 40.0, probability: float = 0.5):
        super().__init__()
        self.low, self.high, self.probability = low, high, probability

    def forward(self, wave: Tensor) -> Tensor:
        level = wave.square().mean((1, 2)).sqrt() * level_to_gain(
            -uniform(self.low, self.high, wave)
        )
        return wave + torch.randn_like(wave) * broadcast_to(
            level * bernoulli(self.probability, wave), wave
        )


class Filter(nn.Module):
    """Colour each clip as another microphone would: a smooth random curve over frequency of `deviation` dB."""

    def __init__(self, deviation: float = 3.0, knots: int = 6):
        super().__init__()
        self.deviation, self.knots = deviation, knots

    def forward(self, wave: Tensor) -> Tensor:
        spectrum = torch.fft.rfft(wave)  # (B, C, T / 2 + 1)
        heights = self.deviation * torch.randn(
            len(wave), 1, self.knots, device=wave.device
        )
        curve = level_to_gain(
            F.interpolate(
                heights, spectrum.shape[-1], mode="linear", align_corners=True
            )
        )
        return torch.fft.irfft(spectrum * curve, n=wave.shape[-1])
