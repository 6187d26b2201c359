"""What each frame of a sound is like, in one number or a few: (..., F, T') -> (..., k, T').

F are the bins of a spectrum, T' frames, k numbers for each frame. Frames, windows and units are
librosa's, with whose functions the tests compare. Digital silence gives 0 rather than NaN.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F
from torchaudio.transforms import MelScale

MIN_POWER = 1e-10  # in front of a logarithm


# Hz, where the octaves of the contrast begin (Jiang et al., 2002)
LOWEST_OCTAVE = 200.0
SLOWEST_OCTAVE = 1.0  # Hz, where the octaves of modulation begin
_MIN_SAMPLE = 1e-10  # of full scale; below it a sample has no sign


def power_to_level(power: Tensor) -> Tensor:
    """Level in dB of power."""
    return 10 * power.clamp_min(MIN_POWER).log10()


def limited_level(power: Tensor, dynamic_range: float) -> Tensor:
    """Level in dB of power (..., F, T'), no lower than `dynamic_range` dB below the clip's
    maximum."""
    level = power_to_level(power)
    loudest = level.amax((-2, -1), keepdim=True)
    return torch.maximum(level, loudest - dynamic_range)


def mel_centers(mel: MelScale) -> Tensor:
    """(n_mels,) the frequencies in Hz at which bands on the HTK mel scale peak (O'Shaughnessy,
    1987)."""
    lowest = _hertz_to_mel(mel.f_min)
    highest = _hertz_to_mel(mel.f_max)
    edges = torch.linspace(lowest, highest, mel.n_mels + 2)
    inner = edges[1:-1]
    return 700 * (10 ** (inner / 2595) - 1)


def _hertz_to_mel(hertz: float) -> float:
    return 2595 * math.log10(1 + hertz / 700)


def spectral_centroid(magnitude: Tensor, hertz: Tensor) -> Tensor:
    """Mean frequency in Hz, weighted by magnitude (..., F, T'); `hertz` (F,) are those of the bins.

    Peeters (2004), A large set of audio features for sound description, IRCAM, section 6.1.1.
    """
    weighted = _weights(magnitude) * hertz[:, None]
    return weighted.sum(-2, keepdim=True)


def spectral_bandwidth(magnitude: Tensor, hertz: Tensor) -> Tensor:
    """Std in Hz around the centroid, weighted by magnitude (..., F, T'): Peeters (2004), section
    6.1.2."""
    distance = hertz[:, None] - spectral_centroid(magnitude, hertz)  # (..., F, T')
    weighted = _weights(magnitude) * distance.square()
    return weighted.sum(-2, keepdim=True).sqrt()


def _weights(magnitude: Tensor) -> Tensor:
    """The bins' fractions of the sum over a frame; 0 in silence."""
    tiny = torch.finfo(magnitude.dtype).tiny
    total = magnitude.sum(-2, keepdim=True)
    return magnitude / total.clamp_min(tiny)


def roll_off_frequency(
    magnitude: Tensor, hertz: Tensor, fraction: float = 0.85
) -> Tensor:
    """Frequency in Hz up to which `fraction` of the magnitude (..., F, T') lies.

    Scheirer and Slaney (1997), Construction and evaluation of a robust multifeature speech/music
    discriminator.
    """
    sums = magnitude.cumsum(-2)
    total = sums[..., -1:, :]
    below = sums[..., :-1, :] < fraction * total
    return hertz[below.sum(-2, keepdim=True)]


def octave_bands(lowest: float, highest: float) -> list[tuple[float, float]]:
    """Bounds in Hz: from 0 to `lowest`, then octave by octave until one reaches `highest`.

    The last one has no upper bound.
    """
    count = max(0, math.ceil(math.log2(highest / lowest)))
    edges = [lowest * 2.0**octave for octave in range(count)]
    lower = [0.0, *edges]
    upper = [*edges, math.inf]
    return list(zip(lower, upper, strict=True))


def spectral_contrast(
    power: Tensor, spacing: float, dynamic_range: float, fraction: float = 0.02
) -> Tensor:
    """How far peaks stand above valleys in each octave, in dB.

    Of power (..., F, T') in bins `spacing` Hz apart. A peak is the mean of the strongest bins, a
    valley of the weakest, `fraction` of the octave each: Jiang et al. (2002), Music type
    classification by spectral contrast feature, equations 1 to 3.
    """
    peaks = []
    valleys = []
    size = power.shape[-2]
    for low, high in octave_bands(LOWEST_OCTAVE, spacing * (size - 1)):
        first = int(low / spacing)
        stop = int(min(high / spacing, size))
        few = max(1, round(fraction * (stop - first + 1)))
        bins = power[..., first:stop, :]
        strongest = bins.topk(few, -2).values
        weakest = bins.topk(few, -2, largest=False).values
        peaks.append(strongest.mean(-2))
        valleys.append(weakest.mean(-2))
    peak_level = limited_level(torch.stack(peaks, -2), dynamic_range)
    valley_level = limited_level(torch.stack(valleys, -2), dynamic_range)
    return peak_level - valley_level


def zero_crossing_rate(wave: Tensor, frame: int, hop: int) -> Tensor:
    """Fraction of the samples at which the sign changes, in frames of waves (..., T) -> (..., 1,
    T')."""
    negative = wave < -_MIN_SAMPLE
    before = negative[..., :-1]
    after = negative[..., 1:]
    frames = (before != after).unfold(-1, frame - 1, hop)
    count = frames.sum(-1)  # (..., T')
    return (count / frame).unsqueeze(-2)


def frame_derivative(track: Tensor, order: int, width: int = 9) -> Tensor:
    """First or second derivative over frames of (B, C, k, T'), a frame being the unit of time.

    It is that of the polynomial of degree `order` that fits `width` frames best (Savitzky and
    Golay, 1964, Smoothing and differentiation of data by simplified least squares procedures). The
    first and the last frame are held.
    """
    half = width // 2
    time = torch.arange(width, device=track.device, dtype=track.dtype) - half
    power = time**order
    # at a right angle to all lower powers, for orders 1 and 2
    power = power - power.mean()
    slope = order * power / power.square().sum()  # (width,)
    rows = track.flatten(0, 1)  # (B x C, k, T')
    held = F.pad(rows, (half, half), mode="replicate")
    windows = held.unfold(-1, width, 1)
    return (windows @ slope).view_as(track)


def modulation_spectrum(level: Tensor, frame_rate: float, bands: int) -> Tensor:
    """How much levels (B, C, F, T') in dB go up and down within octaves of modulation.

    Each number of the result (B, C, bands, octaves) is the std in dB of that part of the level that
    goes up and down so many times a second, its square averaged over neighbours to bring F down to
    `bands`; the squares of all octaves add up to the variance (Parseval). It is the modulation
    spectrum of Houtgast and Steeneken (1985, A review of the MTF concept in room acoustics), taken
    of the level rather than the intensity.
    """
    frames = level.shape[-1]
    amplitude = torch.fft.fft(level).abs() / frames  # (B, C, F, T')
    power = amplitude.square()
    hertz = torch.fft.fftfreq(
        frames, 1 / frame_rate, device=level.device
    ).abs()  # (T',)
    octaves = octave_bands(SLOWEST_OCTAVE, frame_rate / 2)
    members = [(hertz > low) & (hertz <= high) for low, high in octaves]
    octave_of = torch.stack(members, -1).to(power)  # (T', octaves)
    parts = power @ octave_of  # (B, C, F, octaves)
    pooled = F.adaptive_avg_pool2d(parts, (bands, len(octaves)))
    return pooled.sqrt()
