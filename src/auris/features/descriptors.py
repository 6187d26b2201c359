"""What a clip is like in three respects that hardly depend on each other: its texture, its pitch, its timbre."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from auris.acoustics.spectral import LOWEST_OCTAVE, MIN_POWER
from auris.features.functionals import MIN_FRAMES
from auris.features.statistics import Statistics

_MAX_BELOW_PEAK = 25.0  # dB below the loudest frame of a clip: what is softer says little of what is heard


_MIN_PITCH, _MAX_PITCH = 100.0, 2500.0  # Hz, of the pitch


_MIN_PERIODICITY = 0.5  # how periodic a frame is that has a pitch


_UNVOICED_WEIGHT = 1e-6  # what a frame without a pitch counts, so that a clip of none has the mean over all


_MIN_OVERLAP = 0.05  # of a window with itself, by which an autocorrelation is divided


class ClipDescriptors(nn.Module):
    """Waves (B, C, T) -> (B, D): numbers on texture, pitch and timbre, `sizes` of each; channels are averaged.

    Texture are the `Statistics` of a clip. Pitch and timbre are those of its loud frames alone, so that the silence
    between two barks does not count: mean and deviation of how periodic they are, and of the octave of the pitch of
    those that have one; and the mean of their cepstrum but for its 0th coefficient, the level.
    """

    def __init__(self, sample_rate: int):
        super().__init__()
        n_fft = 2 ** max(11, math.ceil(math.log2(sample_rate / LOWEST_OCTAVE)))
        self.statistics, self.sample_rate = (
            Statistics(sample_rate, n_fft=n_fft),
            sample_rate,
        )
        self.sizes = (len(self.statistics.names), 4, len(self.statistics.dct) - 1)

    def forward(self, wave: Tensor) -> Tensor:  # (B, C, T) -> (B, D)
        mono = wave.float().mean(1, keepdim=True)
        mono = F.pad(
            mono,
            (
                0,
                max(
                    0, (MIN_FRAMES - 1) * self.statistics.hop_length - mono.shape[-1]
                ),
            ),
        )
        power = self.statistics.spectrum(mono)  # (B, 1, F, T')
        level = 10 * power.sum((1, 2)).clamp_min(MIN_POWER).log10()  # (B, T')
        loud = (level > level.amax(1, keepdim=True) - _MAX_BELOW_PEAK).to(level)  # (B, T')
        timbre = self.statistics.cepstrum(self.statistics.level(power))[
            :, 0, 1:
        ]  # (B, n_mfcc - 1, T')
        periodic, octave = self.pitch(mono)  # (B, 1, T')
        voiced = loud * ((periodic[:, 0] > _MIN_PERIODICITY) + _UNVOICED_WEIGHT)  # (B, T')
        pitch = [*weighted_mean_std(periodic, loud), *weighted_mean_std(octave, voiced)]  # (B, 1) each
        return torch.cat(
            [
                self.statistics.describe(mono, power).flatten(1),
                *pitch,
                weighted_mean_std(timbre, loud)[0],
            ],
            dim=1,
        )

    def pitch(self, mono: Tensor) -> tuple[Tensor, Tensor]:
        """How periodic each frame of (B, 1, T) is, and the octave of its pitch: (B, 1, T') each.

        By the highest peak of its autocorrelation, divided by that of its window (Boersma, 1993, equation 9). It may be
        that of several periods, octaves below the pitch, as no peak is preferred.
        """
        window, hop = (
            self.statistics.spectrum.window,
            self.statistics.hop_length,
        )  # (N,)
        longest = min(int(self.sample_rate / _MIN_PITCH), len(window) // 2)
        shortest = min(max(2, int(self.sample_rate / _MAX_PITCH)), longest - 1)
        frames = F.pad(mono, (len(window) // 2, len(window) // 2)).unfold(
            -1, len(window), hop
        )  # (B, 1, T', N)
        alike = _autocorrelate((frames - frames.mean(-1, keepdim=True)) * window)[
            ..., :longest
        ]
        alike = alike / _autocorrelate(window)[:longest].clamp_min(_MIN_OVERLAP)
        height, lag = alike[..., shortest:].max(-1)  # (B, 1, T')
        return height.clamp(0, 1), torch.log2(self.sample_rate / (lag + shortest))


def _autocorrelate(frame: Tensor) -> Tensor:
    """(..., N) -> (..., 2 N), 1 at lag 0 (Wiener, 1930)."""
    product = torch.fft.irfft(torch.fft.rfft(frame, 2 * frame.shape[-1]).abs().square())
    return product / product[..., :1].clamp_min(MIN_POWER)


def weighted_mean_std(track: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation over frames (B, k, T') with weights (B, T'): (B, k) each."""
    share = (weight / weight.sum(1, keepdim=True))[:, None]  # (B, 1, T')
    mean = (share * track).sum(-1)
    return mean, (share * (track - mean[..., None]).square()).sum(-1).sqrt()
