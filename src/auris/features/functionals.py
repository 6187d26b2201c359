"""What a fixed vector for each clip is made of: statistics over the frames of a few tracks."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping

import torch
from torch import Tensor, nn
from torchaudio.functional import create_dct
from torchaudio.transforms import MelScale, Spectrogram

from auris.acoustics.spectral import limited_level

MIN_FRAMES = 3  # fewer have no skewness
_MIN_SPREAD = 1e-5  # std over the largest value; what varies less is rounding


def skewness(track: Tensor) -> Tensor:
    """Third standardised moment over the last axis (Pearson, 1895); 0 of what does not change."""
    distance = track - track.mean(-1, keepdim=True)
    std = distance.square().mean(-1).sqrt()
    largest = track.abs().amax(-1)
    constant = std <= _MIN_SPREAD * largest
    scale = std.where(~constant, 1.0)
    scaled = distance / scale[..., None]
    cubes = scaled.pow(3)
    return cubes.mean(-1).where(~constant, 0.0)


STATISTICS: dict[str, Callable[[Tensor], Tensor]] = {  # (..., T') -> (...)
    "mean": lambda track: track.mean(-1),
    "deviation": lambda track: track.std(-1, correction=0),
    "minimum": lambda track: track.amin(-1),
    "maximum": lambda track: track.amax(-1),
    "skewness": skewness,
}


Chosen = Mapping[str, Iterable[str]]  # which statistics of which tracks


def summarize_tracks(tracks: Mapping[str, Tensor], chosen: Chosen) -> Tensor:
    """Tracks (B, C, k, T'), each with a k of its own -> (B, C, numbers)."""
    numbers = [
        STATISTICS[name](tracks[track])
        for track, names in chosen.items()
        for name in names
    ]
    return torch.cat(numbers, -1)


def summary_names(rows: Mapping[str, list[str]], chosen: Chosen) -> list[str]:
    """The names of what `summarize_tracks` puts out.

    The k rows of each track have the names `rows`.
    """
    return [
        f"{row}_{name}"
        for track, names in chosen.items()
        for name in names
        for row in rows[track]
    ]


class ClipVector(nn.Module, ABC):
    """Waves (B, C, T) -> (B, D, 1): D numbers in a single frame, D / C for each channel.

    All from one spectrum.

    Args:
        channels: of the waves.
        n_fft, hop_length: of the spectrum, in samples.
        mel: the bands of levels and cepstrum.
        n_mfcc: cepstral coefficients.
        dynamic_range: in dB; what is softer than this below the loudest band and frame of a clip
            counts as so loud.
    """

    dct: Tensor

    def __init__(
        self,
        channels: int,
        n_fft: int,
        hop_length: int,
        mel: MelScale,
        n_mfcc: int,
        dynamic_range: float,
    ):
        super().__init__()
        bands = mel.n_mels
        if n_mfcc > bands:
            raise ValueError(
                f"{n_mfcc} cepstral coefficients need as many mel bands, and n_mels={bands}"
            )
        self.channels = channels
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.dynamic_range = dynamic_range
        self.spectrum = Spectrogram(n_fft, hop_length=hop_length, pad_mode="constant")
        self.mel = mel
        dct = create_dct(n_mfcc, bands, norm="ortho")
        self.register_buffer("dct", dct.T.contiguous())  # (n_mfcc, n_mels)

    def forward(self, wave: Tensor) -> Tensor:
        """Raises `ValueError` for clips of fewer than `MIN_FRAMES` frames."""
        frames = 1 + wave.shape[-1] // self.hop_length
        if frames < MIN_FRAMES:
            raise ValueError(
                f"statistics need {MIN_FRAMES} frames, {self.hop_length} samples apart, "
                f"and there are {frames}"
            )
        power = self.spectrum(wave)
        numbers = self.measure_clips(wave, power)
        return numbers.flatten(1)[..., None]

    def mel_level(self, power: Tensor) -> Tensor:
        """Levels (B, C, n_mels, T') in dB of power (B, C, F, T')."""
        return limited_level(self.mel(power), self.dynamic_range)

    def mel_cepstrum(self, level: Tensor) -> Tensor:
        """Mel-frequency cepstrum (B, C, n_mfcc, T') of levels (B, C, n_mels, T').

        Davis and Mermelstein (1980).
        """
        return self.dct @ level

    @property
    def names(self) -> list[str]:
        """The D names, the channel in front where there are several."""
        names = self.channel_names()
        if self.channels == 1:
            return names
        channels = range(1, self.channels + 1)
        return [f"channel_{i}_{name}" for i in channels for name in names]

    @abstractmethod
    def channel_names(self) -> list[str]:
        """The D / C names of the numbers of one channel."""

    @abstractmethod
    def measure_clips(self, wave: Tensor, power: Tensor) -> Tensor:
        """Waves (B, C, T) and their power (B, C, F, T') -> (B, C, D / C)."""
