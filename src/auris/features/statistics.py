"""A fixed vector for each clip: waves (B, C, T) -> (B, D, 1), D numbers that have names.

For plain models such as support vectors, neighbours and trees, and for people who want to see what
a model sees.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional as F
from torchaudio.transforms import MelScale

from auris.acoustics import spectral
from auris.acoustics.quantities import (
    Bands,
    Channels,
    DynamicRange,
    Hertz,
    HopSize,
    SampleRate,
    WindowSize,
)
from auris.features.functionals import (
    STATISTICS,
    ClipVector,
    summarize_tracks,
    summary_names,
)

_MODULATION_BANDS = 16  # into which the mel bands are gathered to look at modulation
_ALL = tuple(STATISTICS)
# the mean of a difference is only the last frame less the first
_WITHOUT_MEAN = _ALL[1:]


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

    Mel-frequency cepstrum with its first and second differences, contrast, centroid, bandwidth,
    roll-off, fraction of zero crossings, log-mel levels, and how much those go up and down in
    octaves of modulation. Levels are in dB.

    Args:
        sample_rate: in Hz.
        n_mels: bands, evenly spaced on the HTK mel scale from f_min in Hz to half the rate.
        The others are those of `ClipVector`.
    """

    hertz: Tensor

    def __init__(
        self,
        sample_rate: SampleRate,
        channels: Channels = 1,
        n_fft: WindowSize = 2048,
        hop_length: HopSize = 512,
        n_mels: Bands = 64,
        n_mfcc: Bands = 20,
        f_min: Hertz = 50.0,
        dynamic_range: DynamicRange = 50.0,
    ):
        spacing = sample_rate / n_fft
        if spacing > spectral.LOWEST_OCTAVE:
            raise ValueError(
                f"n_fft={n_fft} is too small for spectral contrast at {sample_rate} Hz"
            )
        bins = n_fft // 2 + 1
        mel = MelScale(n_mels, sample_rate, f_min, n_stft=bins)
        super().__init__(channels, n_fft, hop_length, mel, n_mfcc, dynamic_range)
        self.spacing = spacing  # of bins, in Hz
        self.frame_rate = sample_rate / hop_length  # Hz
        self.register_buffer("hertz", torch.arange(bins) * spacing)  # (F,)
        self.bands = min(_MODULATION_BANDS, n_mels)

    def measure_clips(self, wave: Tensor, power: Tensor) -> Tensor:
        tracks = self.frame_tracks(wave, power)
        summary = summarize_tracks(tracks, _SUMMARIES)
        modulation = spectral.modulation_spectrum(
            tracks["log_mel"], self.frame_rate, self.bands
        )  # (B, C, bands, octaves)
        return torch.cat([summary, modulation.flatten(2)], -1)

    def frame_tracks(self, wave: Tensor, power: Tensor) -> dict[str, Tensor]:
        """What is summarised, each (B, C, k, T')."""
        magnitude = power.sqrt()
        level = self.mel_level(power)
        mfcc = self.mel_cepstrum(level)
        half = self.n_fft // 2
        held = F.pad(wave, (half, half), mode="replicate")
        crossings = spectral.zero_crossing_rate(held, self.n_fft, self.hop_length)
        return {
            "mfcc": mfcc,
            "first_difference": spectral.frame_derivative(mfcc, 1),
            "second_difference": spectral.frame_derivative(mfcc, 2),
            "contrast": self._contrast(power),
            "centroid": spectral.spectral_centroid(magnitude, self.hertz),
            "bandwidth": spectral.spectral_bandwidth(magnitude, self.hertz),
            "roll_off": spectral.roll_off_frequency(magnitude, self.hertz),
            "zero_crossings": crossings,
            "log_mel": level,
        }

    def _contrast(self, power: Tensor) -> Tensor:
        return spectral.spectral_contrast(power, self.spacing, self.dynamic_range)

    def channel_names(self) -> list[str]:
        summary = summary_names(self._row_names(), _SUMMARIES)
        return summary + self._modulation_names()

    def _modulation_names(self) -> list[str]:
        highest = self.frame_rate / 2
        octaves = spectral.octave_bands(spectral.SLOWEST_OCTAVE, highest)
        centers = spectral.mel_centers(self.mel)[None]
        pooled = F.adaptive_avg_pool1d(centers, self.bands)[0]
        return [
            f"log_mel_{hertz:.0f}_hz_modulation_{_band_name(*octave)}"
            for hertz in pooled
            for octave in octaves
        ]

    def _row_names(self) -> dict[str, list[str]]:
        """The names of the rows of each track."""
        highest = self.spacing * (self.n_fft // 2)
        octaves = spectral.octave_bands(spectral.LOWEST_OCTAVE, highest)
        centers = spectral.mel_centers(self.mel)
        mfcc = [f"mfcc_{i}" for i in range(len(self.dct))]
        return {
            "mfcc": mfcc,
            "first_difference": [f"{name}_first_difference" for name in mfcc],
            "second_difference": [f"{name}_second_difference" for name in mfcc],
            "contrast": [f"contrast_{_band_name(*octave)}" for octave in octaves],
            "centroid": ["centroid"],
            "bandwidth": ["bandwidth"],
            "roll_off": ["roll_off"],
            "zero_crossings": ["zero_crossings"],
            "log_mel": [f"log_mel_{hertz:.0f}_hz" for hertz in centers],
        }


def _band_name(low: float, high: float) -> str:
    if math.isinf(high):
        return f"above_{low:g}_hz"
    return f"{low:g}_to_{high:g}_hz"
