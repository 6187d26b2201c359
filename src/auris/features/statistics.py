"""A fixed vector for each clip: waves (B, C, T) -> (B, D, 1), D numbers that have names.

For plain models such as support vectors, neighbours and trees, and for people who want to see what a model sees.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F
from torchaudio.transforms import MelScale

from auris.acoustics import spectral
from auris.features.functionals import (
    STATISTICS,
    ClipVector,
    summarize_tracks,
    summary_names,
)

_MODULATION_BANDS = 16  # into which the mel bands are gathered to look at modulation


_ALL = tuple(STATISTICS)


_WITHOUT_MEAN = _ALL[1:]  # the mean of a difference is only the last frame less the first


_SUMMARIES = {
    "mfcc": _ALL,
    "first_difference": _WITHOUT_MEAN,
    "second_difference": _WITHOUT_MEAN,
    "contrast": _ALL,
    "centroid": _ALL,
    "bandwidth": _ALL,
    "roll_off": _ALL,
    "zero_crossings": _ALL,
    "log_mel": ("mean", "deviation"),
}


class Statistics(ClipVector):
    """What is usually measured of a sound, summarised over frames.

    Mel-frequency cepstrum with its first and second differences, contrast, centroid, bandwidth, roll-off, share of zero
    crossings, log-mel levels, and how much those go up and down in octaves of modulation. Levels are in dB.

    Args:
        sample_rate: in Hz.
        n_mels: bands, evenly spaced on the HTK mel scale from f_min in Hz to half the rate.
        The others are those of `Vector`.
    """

    hertz: Tensor

    def __init__(
        self,
        sample_rate: int,
        channels: int = 1,
        n_fft: int = 2048,
        hop_length: int = 512,
        n_mels: int = 64,
        n_mfcc: int = 20,
        f_min: float = 50.0,
        dynamic_range: float = 50.0,
    ):
        spacing = sample_rate / n_fft
        if spacing > spectral.LOWEST_OCTAVE:
            raise ValueError(
                f"n_fft={n_fft} is too small for spectral contrast at {sample_rate} Hz"
            )
        mel = MelScale(n_mels, sample_rate, f_min, n_stft=n_fft // 2 + 1)
        super().__init__(channels, n_fft, hop_length, mel, n_mfcc, dynamic_range)
        self.spacing, self.frame_rate = (
            spacing,
            sample_rate / hop_length,
        )  # of bins and of frames, in Hz
        self.register_buffer("hertz", torch.arange(n_fft // 2 + 1) * spacing)  # (F,)
        self.bands = min(_MODULATION_BANDS, n_mels)

    def describe(self, wave: Tensor, power: Tensor) -> Tensor:
        tracks = self.tracks(wave, power)
        modulation = spectral.modulation_spectrum(
            tracks["log_mel"], self.frame_rate, self.bands
        )  # (B, C, bands, octaves)
        return torch.cat([summarize_tracks(tracks, _SUMMARIES), modulation.flatten(2)], -1)

    def tracks(self, wave: Tensor, power: Tensor) -> dict[str, Tensor]:
        """What is summarised, each (B, C, k, T')."""
        level, magnitude = self.level(power), power.sqrt()
        mfcc, half = self.cepstrum(level), self.n_fft // 2
        held = F.pad(wave, (half, half), mode="replicate")
        return {
            "mfcc": mfcc,
            "first_difference": spectral.frame_derivative(mfcc, 1),
            "second_difference": spectral.frame_derivative(mfcc, 2),
            "contrast": spectral.spectral_contrast(power, self.spacing, self.dynamic_range),
            "centroid": spectral.spectral_centroid(magnitude, self.hertz),
            "bandwidth": spectral.spectral_bandwidth(magnitude, self.hertz),
            "roll_off": spectral.roll_off_frequency(magnitude, self.hertz),
            "zero_crossings": spectral.zero_crossing_rate(
                held, self.n_fft, self.hop_length
            ),
            "log_mel": level,
        }

    def channel_names(self) -> list[str]:
        rows = self.rows()
        modulated = [
            f"log_mel_{hertz:.0f}_hz_modulation"
            for hertz in F.adaptive_avg_pool1d(
                spectral.mel_centers(self.mel)[None], self.bands
            )[0]
        ]
        octaves = [
            _band_name(*octave)
            for octave in spectral.octave_bands(spectral.SLOWEST_OCTAVE, self.frame_rate / 2)
        ]
        return summary_names(rows, _SUMMARIES) + [
            f"{band}_{octave}" for band in modulated for octave in octaves
        ]

    def rows(self) -> dict[str, list[str]]:
        """The names of the rows of each track."""
        octaves = spectral.octave_bands(
            spectral.LOWEST_OCTAVE, self.spacing * (self.n_fft // 2)
        )
        mfcc = [f"mfcc_{i}" for i in range(len(self.dct))]
        return {
            "mfcc": mfcc,
            "first_difference": [f"{name}_first_difference" for name in mfcc],
            "second_difference": [f"{name}_second_difference" for name in mfcc],
            "contrast": [f"contrast_{_band_name(*octave)}" for octave in octaves],
            **{
                name: [name]
                for name in ("centroid", "bandwidth", "roll_off", "zero_crossings")
            },
            "log_mel": [
                f"log_mel_{hertz:.0f}_hz" for hertz in spectral.mel_centers(self.mel)
            ],
        }


def _band_name(low: float, high: float) -> str:
    return f"above_{low:g}_hz" if math.isinf(high) else f"{low:g}_to_{high:g}_hz"
