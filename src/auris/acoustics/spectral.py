"""What each frame of a sound is like, in one number or a few: (..., F, T') -> (..., k, T').

F are the bins of a spectrum, T' frames, k numbers for each frame. Frames, windows and units are librosa's, with whose
functions of the same names the tests compare. Digital silence gives 0 rather than NaN.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F
from torchaudio.transforms import MelScale

LEAST_POWER = 1e-10  # in front of a logarithm


LEAST_SAMPLE = 1e-10  # of full scale; below it a sample has no sign


LOWEST_OCTAVE = (
    200.0  # Hz, where the octaves of the contrast begin (Jiang et al., 2002)
)


SLOWEST_OCTAVE = 1.0  # Hz, where the octaves of modulation begin


def decibels(power: Tensor, dynamic_range: float) -> Tensor:
    """10 log10 of power (..., F, T'), cut off at `dynamic_range` dB below the loudest band of the clip."""
    level = 10 * power.clamp_min(LEAST_POWER).log10()
    return torch.maximum(level, level.amax((-2, -1), keepdim=True) - dynamic_range)


def centers(mel: MelScale) -> Tensor:
    """(n_mels,) the frequencies in Hz at which bands on the HTK mel scale peak (O'Shaughnessy, 1987)."""
    lowest, highest = (
        2595 * math.log10(1 + hertz / 700) for hertz in (mel.f_min, mel.f_max)
    )
    return 700 * (
        10 ** (torch.linspace(lowest, highest, mel.n_mels + 2)[1:-1] / 2595) - 1
    )


def centroid(magnitude: Tensor, hertz: Tensor) -> Tensor:
    """Mean frequency in Hz, weighted by magnitude (..., F, T'); `hertz` (F,) are the frequencies of the bins.

    Peeters (2004), A large set of audio features for sound description, IRCAM, section 6.1.1.
    """
    return (weights(magnitude) * hertz[:, None]).sum(-2, keepdim=True)


def bandwidth(magnitude: Tensor, hertz: Tensor) -> Tensor:
    """Deviation in Hz from the centroid, weighted by magnitude (..., F, T'): Peeters (2004), section 6.1.2."""
    distance = hertz[:, None] - centroid(magnitude, hertz)  # (..., F, T')
    return (weights(magnitude) * distance.square()).sum(-2, keepdim=True).sqrt()


def weights(magnitude: Tensor) -> Tensor:
    """The bins' shares in the sum over a frame; 0 in silence."""
    return magnitude / magnitude.sum(-2, keepdim=True).clamp_min(
        torch.finfo(magnitude.dtype).tiny
    )


def roll_off(magnitude: Tensor, hertz: Tensor, share: float = 0.85) -> Tensor:
    """Frequency in Hz up to which `share` of the magnitude (..., F, T') lies.

    Scheirer and Slaney (1997), Construction and evaluation of a robust multifeature speech/music discriminator.
    """
    sums = magnitude.cumsum(-2)
    return hertz[(sums[..., :-1, :] < share * sums[..., -1:, :]).sum(-2, keepdim=True)]


def octaves(lowest: float, highest: float) -> list[tuple[float, float]]:
    """Bounds in Hz: from 0 to `lowest`, then octave by octave until one reaches `highest`, which has no upper bound."""
    count = max(0, math.ceil(math.log2(highest / lowest)))
    lower = [0.0, *(lowest * 2.0**octave for octave in range(count))]
    return list(zip(lower, [*lower[1:], math.inf], strict=True))


def contrast(
    power: Tensor, spacing: float, dynamic_range: float, share: float = 0.02
) -> Tensor:
    """How far peaks stand above valleys in each octave, in dB, of power (..., F, T') in bins `spacing` Hz apart.

    A peak is the mean of the strongest bins, a valley of the weakest, `share` of the octave each: Jiang et al. (2002),
    Music type classification by spectral contrast feature, equations 1 to 3.
    """
    peaks, valleys, size = [], [], power.shape[-2]
    for low, high in octaves(LOWEST_OCTAVE, spacing * (size - 1)):
        first, stop = int(low / spacing), int(min(high / spacing, size))
        bins, few = power[..., first:stop, :], max(1, round(share * (stop - first + 1)))
        peaks.append(bins.topk(few, -2).values.mean(-2))
        valleys.append(bins.topk(few, -2, largest=False).values.mean(-2))
    return decibels(torch.stack(peaks, -2), dynamic_range) - decibels(
        torch.stack(valleys, -2), dynamic_range
    )


def zero_crossings(wave: Tensor, frame: int, hop: int) -> Tensor:
    """Share of the samples at which the sign changes, in frames of waves (..., T) -> (..., 1, T')."""
    negative = wave < -LEAST_SAMPLE
    changes = negative[..., 1:] != negative[..., :-1]
    return (changes.unfold(-1, frame - 1, hop).sum(-1) / frame).unsqueeze(-2)


def difference(track: Tensor, order: int, width: int = 9) -> Tensor:
    """First or second derivative over frames of (B, C, k, T'), a frame being the unit of time.

    It is that of the polynomial of degree `order` that fits `width` frames best (Savitzky and Golay, 1964, Smoothing
    and differentiation of data by simplified least squares procedures). The first and the last frame are held.
    """
    time = torch.arange(width, device=track.device, dtype=track.dtype) - width // 2
    power = (
        time**order - (time**order).mean()
    )  # at a right angle to all lower powers, for orders 1 and 2
    held = F.pad(
        track.flatten(0, 1), (width // 2, width // 2), mode="replicate"
    )  # (B x C, k, T' + width - 1)
    return (held.unfold(-1, width, 1) @ (order * power / power.square().sum())).view_as(
        track
    )


def modulation(level: Tensor, frame_rate: float, bands: int) -> Tensor:
    """How much levels (B, C, F, T') in dB go up and down within octaves of modulation: (B, C, bands, octaves).

    Each number is the deviation in dB of that part of the level that goes up and down so many times a second, its
    square averaged over neighbours to bring F down to `bands`; the squares of all octaves add up to the variance
    (Parseval). It is the modulation spectrum of Houtgast and Steeneken (1985, A review of the MTF concept in room
    acoustics), taken of the level rather than the intensity.
    """
    frames = level.shape[-1]
    power = (torch.fft.fft(level).abs() / frames).square()  # (B, C, F, T')
    hertz = torch.fft.fftfreq(frames, 1 / frame_rate, device=level.device).abs()
    within = torch.stack(
        [
            (hertz > low) & (hertz <= high)
            for low, high in octaves(SLOWEST_OCTAVE, frame_rate / 2)
        ],
        -1,
    )
    parts = power @ within.to(power)  # (B, C, F, octaves)
    return F.adaptive_avg_pool2d(parts, (bands, parts.shape[-1])).sqrt()
