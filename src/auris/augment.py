"""More data from the same data: batched, on the training device, active in training only.

Every clip of a batch takes its own draw. Waves are (B, C, T), features (B, C', F, T'); each part keeps the shape.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from auris.errors import UserError, nearest

AXES = {"time": -1, "frequency": -2}


@dataclass(frozen=True)
class Mixing:
    """Which clips of a batch were mixed, and in which shares. Labels follow by calling it."""

    partner: Tensor  # (B,) the other clip
    share: Tensor  # (B,) of the clip itself

    def __call__(self, target: Tensor, /) -> Tensor:  # (B, ...) -> (B, ...)
        share = spread(self.share, target)
        return share * target + (1 - share) * target[self.partner]


def unmixed(target: Tensor) -> Tensor:
    """The targets of clips that were not mixed."""
    return target


Follow = Callable[[Tensor], Tensor]  # what makes targets (B, ...) follow a mixing of clips


class Mixup(nn.Module, ABC):
    """Mix clips in pairs (Zhang et al., 2018, mixup), so that their powers add up in the drawn shares.

    The share comes from Beta(alpha, alpha), or its complement where that is larger: a clip stays mostly itself.
    """

    def __init__(self, alpha: float = 0.4, probability: float = 0.5):
        super().__init__()
        self.alpha, self.probability = alpha, probability

    def forward(self, x: Tensor) -> tuple[Tensor, Follow]:
        if len(x) < 2:
            return x, unmixed
        share = torch.distributions.Beta(self.alpha, self.alpha).sample((len(x),)).to(x)
        share = torch.where(coin(self.probability, x), torch.maximum(share, 1 - share), 1.0)
        partner = torch.arange(len(x), device=x.device).roll(int(torch.randint(1, len(x), ())))
        return self.mix(x, x[partner], spread(share, x)), Mixing(partner, share)

    @abstractmethod
    def mix(self, x: Tensor, other: Tensor, share: Tensor) -> Tensor:
        """Add the powers of (B, ...) and (B, ...) in shares (B, 1, ...)."""


class WaveMixup(Mixup):
    """Of waves: their powers add up on average, as sounds from different places do."""

    def mix(self, x: Tensor, other: Tensor, share: Tensor) -> Tensor:
        return share.sqrt() * x + (1 - share).sqrt() * other


class LogMixup(Mixup):
    """Of logarithms of power: the powers add up, without a way back to the waves."""

    def mix(self, x: Tensor, other: Tensor, share: Tensor) -> Tensor:
        return torch.logaddexp(x + share.log(), other + (1 - share).log())


class Augment(nn.Module):
    """All augmentation of a run: of waves, of features as they are computed, and of standardised features."""

    def __init__(
        self,
        waves: Mapping[str, nn.Module],
        wave_mixup: WaveMixup | None,
        log_mixup: LogMixup | None,
        features: Mapping[str, nn.Module],
    ):
        super().__init__()
        self.waves, self.features = nn.Sequential(*waves.values()), nn.Sequential(*features.values())
        self.wave_mixup, self.log_mixup = wave_mixup, log_mixup

    @property
    def keeps_waves(self) -> bool:
        """Whether nothing happens to the waves."""
        return not len(self.waves) and self.wave_mixup is None

    def mixed_waves(self, wave: Tensor) -> tuple[Tensor, Follow]:  # (B, C, T) -> (B, C, T)
        wave = self.waves(wave)
        return self.wave_mixup(wave) if self.wave_mixup else (wave, unmixed)

    def mixed_logs(self, raw: Tensor) -> tuple[Tensor, Follow]:  # (B, C', F, T') -> (B, C', F, T')
        return self.log_mixup(raw) if self.log_mixup else (raw, unmixed)


class TimeShift(nn.Module):
    """Roll each clip, waves (B, C, T) or features (B, C', F, T'), in a circle by up to `share` of its length."""

    def __init__(self, share: float = 1.0):
        super().__init__()
        self.share = share

    def forward(self, wave: Tensor) -> Tensor:
        samples = wave.shape[-1]
        shifts = (uniform(-self.share, self.share, wave) * samples).long()
        return torch.stack([clip.roll(shift, -1) for clip, shift in zip(wave, shifts.tolist(), strict=True)])


class Crop(nn.Module):
    """Keep a random stretch of at least `share` of each clip and repeat it to the clip's length."""

    def __init__(self, share: float = 0.5):
        super().__init__()
        self.share = share

    def forward(self, wave: Tensor) -> Tensor:
        samples = wave.shape[-1]
        length = (uniform(self.share, 1.0, wave) * samples).long().clamp_min(1)  # (B,)
        start = (uniform(0.0, 1.0, wave) * (samples - length)).long()
        place = torch.arange(samples, device=wave.device) % length[:, None] + start[:, None]  # (B, T)
        return wave.gather(-1, place[:, None].expand_as(wave))


class Gain(nn.Module):
    """Make each clip louder or softer, evenly in dB between `low` and `high`."""

    def __init__(self, low: float = -6.0, high: float = 6.0):
        super().__init__()
        self.low, self.high = low, high

    def forward(self, wave: Tensor) -> Tensor:
        return wave * spread(decibel(uniform(self.low, self.high, wave)), wave)


class Polarity(nn.Module):
    """Turn each clip's sign round with this probability."""

    def __init__(self, probability: float = 0.5):
        super().__init__()
        self.probability = probability

    def forward(self, wave: Tensor) -> Tensor:
        return wave * spread(torch.where(coin(self.probability, wave), -1.0, 1.0), wave)


class Noise(nn.Module):
    """Add white noise to some clips, at an SNR drawn evenly between `low` and `high` dB."""

    def __init__(self, low: float = 10.0, high: float = 40.0, probability: float = 0.5):
        super().__init__()
        self.low, self.high, self.probability = low, high, probability

    def forward(self, wave: Tensor) -> Tensor:
        level = wave.square().mean((1, 2)).sqrt() * decibel(-uniform(self.low, self.high, wave))
        return wave + torch.randn_like(wave) * spread(level * coin(self.probability, wave), wave)


class Filter(nn.Module):
    """Colour each clip as another microphone would: a smooth random curve over frequency of `deviation` dB."""

    def __init__(self, deviation: float = 3.0, knots: int = 6):
        super().__init__()
        self.deviation, self.knots = deviation, knots

    def forward(self, wave: Tensor) -> Tensor:
        spectrum = torch.fft.rfft(wave)  # (B, C, T / 2 + 1)
        heights = self.deviation * torch.randn(len(wave), 1, self.knots, device=wave.device)
        curve = decibel(F.interpolate(heights, spectrum.shape[-1], mode="linear", align_corners=True))
        return torch.fft.irfft(spectrum * curve, n=wave.shape[-1])


class BandGain(nn.Module):
    """What `Filter` does, on logarithmic features (B, C', F, T'): add a smooth random curve over the bands.

    Args:
        deviation: of the curve at its knots, in deviations of the standardised features.
        knots: heights that are drawn; straight lines join them.
    """

    def __init__(self, deviation: float = 0.3, knots: int = 5):
        super().__init__()
        self.deviation, self.knots = deviation, knots

    def forward(self, x: Tensor) -> Tensor:
        heights = self.deviation * torch.randn(len(x), 1, self.knots, device=x.device, dtype=x.dtype)
        return x + F.interpolate(heights, x.shape[2], mode="linear", align_corners=True)[..., None]


class Warp(nn.Module):
    """Play features (B, C', F, T') faster or slower and higher or lower.

    Args:
        octaves: of speed, the most; what lies past the ends is mirrored.
        shift: of the bands, the most, as a share of them.
    """

    def __init__(self, octaves: float = 0.3, shift: float = 0.05):
        super().__init__()
        self.octaves, self.shift = octaves, shift

    def forward(self, x: Tensor) -> Tensor:
        theta = torch.zeros(len(x), 2, 3, device=x.device, dtype=x.dtype)
        theta[:, 0, 0] = 2 ** uniform(-self.octaves, self.octaves, x)
        theta[:, 1, 1] = 1
        theta[:, 1, 2] = 2 * uniform(-self.shift, self.shift, x)
        grid = F.affine_grid(theta, list(x.shape), align_corners=False)
        return F.grid_sample(x, grid, padding_mode="reflection", align_corners=False)


class Mask(nn.Module):
    """Set random stretches of time or bands of frequency to the mean (Park et al., 2019, SpecAugment).

    Args:
        axis: "time", or "frequency" for features (B, C', F, T') that have bands.
        count: stretches a clip.
        share: of the axis that the longest stretch covers.
    """

    def __init__(self, axis: str, count: int = 2, share: float = 0.2):
        super().__init__()
        if axis not in AXES:
            raise UserError(f"There is no axis {axis} of a mask; {nearest(axis, AXES)}")
        self.axis, self.count, self.share = AXES[axis], count, share

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[self.axis]
        width = torch.rand(len(x), self.count, 1, device=x.device) * self.share * size
        start = torch.rand(len(x), self.count, 1, device=x.device) * (size - width)
        place = torch.arange(size, device=x.device)
        hidden = ((place >= start) & (place < start + width)).any(1)  # (B, size)
        shape = [len(x)] + [1] * (x.ndim - 1)
        shape[self.axis] = size
        return x.masked_fill(hidden.view(shape), 0.0)


def uniform(low: float, high: float, like: Tensor) -> Tensor:
    """A number for each clip of a batch, (B,), drawn evenly."""
    return torch.rand(len(like), device=like.device) * (high - low) + low


def coin(probability: float, like: Tensor) -> Tensor:
    """True for some clips of a batch, (B,)."""
    return torch.rand(len(like), device=like.device) < probability


def decibel(level: Tensor) -> Tensor:
    """The factor on an amplitude for a level in dB."""
    return 10 ** (level / 20)


def spread(values: Tensor, like: Tensor) -> Tensor:
    """(B,) -> (B, 1, ...), to go with a tensor of as many dimensions as `like`."""
    return values.view(-1, *[1] * (like.ndim - 1))
