"""What a clip is like in three respects that hardly depend on each other: texture, pitch,
timbre."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from auris.acoustics.spectral import LOWEST_OCTAVE, MIN_POWER, power_to_level
from auris.features.functionals import MIN_FRAMES
from auris.features.statistics import Statistics

# dB below the loudest frame of a clip: what is softer says little of what is heard
_MAX_BELOW_PEAK = 25.0
_MIN_PITCH = 100.0  # Hz
_MAX_PITCH = 2500.0  # Hz
_MIN_PERIODICITY = 0.5  # of a frame that has a pitch


# what a frame without a pitch counts, so that a clip of none has the mean over all
_UNVOICED_WEIGHT = 1e-6


# of a window with itself, by which an autocorrelation is divided
_MIN_OVERLAP = 0.05


class ClipDescriptors(nn.Module):
    """Waves (B, C, T) -> (B, D): numbers on texture, pitch and timbre, `sizes` of each.

    Channels are averaged. Texture are the `Statistics` of a clip. Pitch and timbre are those of its
    loud frames alone, so that the silence between two barks does not count: mean and std of how
    periodic they are, and of the octave of the pitch of those that have one; and the mean of their
    cepstrum but for its 0th coefficient, the level.
    """

    def __init__(self, sample_rate: int):
        super().__init__()
        finest = math.ceil(math.log2(sample_rate / LOWEST_OCTAVE))
        n_fft = 2 ** max(11, finest)
        self.sample_rate = sample_rate
        self.statistics = Statistics(sample_rate, n_fft=n_fft)
        texture = len(self.statistics.names)
        timbre = len(self.statistics.dct) - 1
        self.sizes = (texture, 4, timbre)

    def forward(self, wave: Tensor) -> Tensor:  # (B, C, T) -> (B, D)
        mono = self._mix_down(wave)  # (B, 1, T)
        power = self.statistics.spectrum(mono)  # (B, 1, F, T')
        loud = _loud_frames(power)  # (B, T')
        texture = self.statistics.measure_clips(mono, power).flatten(1)
        pitch = self._describe_pitch(mono, loud)
        timbre = self._describe_timbre(power, loud)
        return torch.cat([texture, pitch, timbre], dim=1)

    def _mix_down(self, wave: Tensor) -> Tensor:
        """The mean of the channels, (B, 1, T), made as long as `Statistics` need it."""
        mono = wave.float().mean(1, keepdim=True)
        shortest = (MIN_FRAMES - 1) * self.statistics.hop_length
        missing = max(0, shortest - mono.shape[-1])
        return F.pad(mono, (0, missing))

    def _describe_pitch(self, mono: Tensor, loud: Tensor) -> Tensor:
        """(B, 4) of waves (B, 1, T), whose frames count as they are `loud` (B, T')."""
        periodic, octave = self._track_pitch(mono)  # (B, 1, T')
        has_pitch = periodic[:, 0] > _MIN_PERIODICITY
        voiced = loud * (has_pitch + _UNVOICED_WEIGHT)  # (B, T')
        of_period = weighted_mean_std(periodic, loud)  # (B, 1) each
        of_octave = weighted_mean_std(octave, voiced)
        return torch.cat([*of_period, *of_octave], dim=1)

    def _describe_timbre(self, power: Tensor, loud: Tensor) -> Tensor:
        """(B, n_mfcc - 1) of power (B, 1, F, T'), whose frames count as they are `loud` (B, T')."""
        level = self.statistics.mel_level(power)
        cepstrum = self.statistics.mel_cepstrum(level)
        shape = cepstrum[:, 0, 1:]  # (B, n_mfcc - 1, T')
        mean, _ = weighted_mean_std(shape, loud)
        return mean

    def _track_pitch(self, mono: Tensor) -> tuple[Tensor, Tensor]:
        """How periodic each frame of (B, 1, T) is, and the octave of its pitch: (B, 1, T') each.

        By the highest peak of its autocorrelation, divided by that of its window (Boersma, 1993,
        equation 9). It may be that of several periods, octaves below the pitch, as no peak is
        preferred.
        """
        window = self.statistics.spectrum.window  # (N,)
        size = len(window)
        half = size // 2
        longest = min(int(self.sample_rate / _MIN_PITCH), half)
        shortest = max(2, int(self.sample_rate / _MAX_PITCH))
        shortest = min(shortest, longest - 1)
        padded = F.pad(mono, (half, half))
        frames = padded.unfold(-1, size, self.statistics.hop_length)  # (B, 1, T', N)
        centred = frames - frames.mean(-1, keepdim=True)
        alike = _autocorrelate(centred * window)[..., :longest]
        overlap = _autocorrelate(window)[:longest]
        alike = alike / overlap.clamp_min(_MIN_OVERLAP)
        height, lag = alike[..., shortest:].max(-1)  # (B, 1, T')
        pitch = self.sample_rate / (lag + shortest)
        return height.clamp(0, 1), torch.log2(pitch)


def _loud_frames(power: Tensor) -> Tensor:
    """1 for the loud frames of a clip, else 0: (B, 1, F, T') -> (B, T')."""
    level = power_to_level(power.sum((1, 2)))
    loudest = level.amax(1, keepdim=True)
    return (level > loudest - _MAX_BELOW_PEAK).to(level)


def _autocorrelate(frame: Tensor) -> Tensor:
    """(..., N) -> (..., 2 N), 1 at lag 0 (Wiener, 1930)."""
    size = 2 * frame.shape[-1]
    spectrum = torch.fft.rfft(frame, size)
    power = spectrum.abs().square()
    product = torch.fft.irfft(power)
    energy = product[..., :1]
    return product / energy.clamp_min(MIN_POWER)


def weighted_mean_std(track: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over frames (B, k, T') with weights (B, T'): (B, k) each."""
    total = weight.sum(1, keepdim=True)
    fraction = (weight / total)[:, None]  # (B, 1, T')
    mean = (fraction * track).sum(-1)
    distance = track - mean[..., None]
    variance = (fraction * distance.square()).sum(-1)
    return mean, variance.sqrt()
