"""How sound is seen: modules from waves (B, C, T) to features (B, C', F, T'), always in float32.

Any module that keeps the batch first will do, torchaudio's transforms among them. `Standardized` goes round it.
"""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchaudio.transforms import MFCC, MelSpectrogram

from auris.data.spec import Shape
from auris.spectral import LEAST_POWER, centers

LEAST_DEVIATION = 1e-5  # of a feature; one that hardly changed in training is not blown up


@runtime_checkable
class Banded(Protocol):
    """A feature whose bands have frequencies."""

    def centers(self) -> Tensor:
        """(F,) in Hz."""


class Standardized(nn.Module):
    """Features with mean 0 and deviation 1 in each channel and band, as learnt on the training set.

    The statistics are buffers: they are saved with the model, and prediction uses them. With `scale` false, features
    stay in their own units.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, transform: nn.Module, in_shape: Shape, scale: bool = True):
        super().__init__()
        self.transform, self.scale = transform, scale
        shape = self.raw(torch.zeros(1, *in_shape)).shape[1:]  # (C', F, T') or (C', T')
        self.out_shape = tuple(shape)
        self.register_buffer("mean", torch.zeros(*shape[:-1], 1))
        self.register_buffer("deviation", torch.ones(*shape[:-1], 1))

    def forward(self, wave: Tensor) -> Tensor:  # (B, C, T) -> (B, C', F, T')
        return self.standardize(self.raw(wave))

    def standardize(self, raw: Tensor) -> Tensor:
        return (raw - self.mean) / self.deviation

    def raw(self, wave: Tensor) -> Tensor:
        """The features in their own units. In half precision a log-mel would overflow to NaN."""
        with torch.autocast(wave.device.type, enabled=False):
            return self.transform(wave.float())

    @torch.no_grad()
    def learn(self, raws: Iterable[Tensor]) -> None:
        """Take mean and deviation from raw features (B, C', F, T') of training clips, in one pass in float64."""
        if not self.scale:
            return
        count, total, squares = 0, torch.zeros(()), torch.zeros(())
        for raw in raws:
            x = raw.double()
            count += len(x) * x.shape[-1]
            total, squares = total.to(x) + x.sum((0, -1)), squares.to(x) + x.square().sum((0, -1))
        mean = total / count  # (C', F)
        deviation = (squares / count - mean.square()).clamp_min(0).sqrt()
        self.mean.copy_(mean[..., None])
        self.deviation.copy_(torch.where(deviation < LEAST_DEVIATION, 1.0, deviation)[..., None])


class LogMel(nn.Module):
    """Natural logarithm of the power in mel bands: (B, C, T) -> (B, C, n_mels, T').

    Args:
        sample_rate: in Hz.
        n_fft, hop_length: in samples.
        n_mels: bands, evenly spaced on the HTK mel scale between f_min and f_max in Hz (null: half the rate).
        floor: power that counts as silence, added before the logarithm.
    """

    is_log_power = True  # so that the powers of two clips can be added without their waves

    def __init__(
        self,
        sample_rate: int,
        n_fft: int = 1024,
        hop_length: int = 512,
        n_mels: int = 64,
        f_min: float = 50.0,
        f_max: float | None = None,
        floor: float = 1e-3,
    ):
        super().__init__()
        self.floor = floor
        self.power = MelSpectrogram(sample_rate, n_fft, None, hop_length, f_min, f_max, n_mels=n_mels)

    def forward(self, wave: Tensor) -> Tensor:
        return (self.power(wave) + self.floor).log()

    def centers(self) -> Tensor:
        """(n_mels,) the frequency in Hz at which each band peaks."""
        return centers(self.power.mel_scale)


class Mfcc(nn.Module):
    """Mel-frequency cepstral coefficients (Davis and Mermelstein, 1980): (B, C, T) -> (B, C, n_mfcc, T')."""

    def __init__(self, sample_rate: int, n_mfcc: int = 20, n_fft: int = 1024, hop_length: int = 512, n_mels: int = 64):
        super().__init__()
        mel = {"n_fft": n_fft, "hop_length": hop_length, "n_mels": n_mels}
        self.cepstrum = MFCC(sample_rate, n_mfcc, melkwargs=mel)

    def forward(self, wave: Tensor) -> Tensor:
        return self.cepstrum(wave)


class Level(nn.Module):
    """How loud each frame is, its mean power in dB of full scale: (B, C, T) -> (B, C, 1, T').

    Args:
        frame_length, hop_length: in samples; frames are centred, as those of a spectrogram are.
    """

    def __init__(self, frame_length: int = 1024, hop_length: int = 512):
        super().__init__()
        self.frame_length, self.hop_length = frame_length, hop_length

    def forward(self, wave: Tensor) -> Tensor:
        half = self.frame_length // 2
        power = F.pad(wave, (half, half), mode="reflect").square()
        return 10 * F.avg_pool1d(power, self.frame_length, self.hop_length).clamp_min(LEAST_POWER).log10()[:, :, None]
