"""Features over time: modules from waves (B, C, T) to features (B, C', F, T'), always in float32.

Any module that keeps the batch first will do, torchaudio's transforms among them. `Standardized`
goes round it.
"""

from torch import Tensor, nn
from torch.nn import functional as F
from torchaudio.transforms import MFCC, MelSpectrogram

from auris.acoustics.quantities import (
    Bands,
    Hertz,
    HopSize,
    Power,
    SampleRate,
    WindowSize,
    check_band,
)
from auris.acoustics.resynthesis import retrieve_phase, spread_bands
from auris.acoustics.spectral import mel_centers, power_to_level


class LogMel(nn.Module):
    """Natural logarithm of the power in mel bands: (B, C, T) -> (B, C, n_mels, T').

    Args:
        sample_rate: in Hz.
        n_fft, hop_length: in samples.
        n_mels: bands, evenly spaced on the HTK mel scale between f_min and f_max in Hz (null: half
            the rate).
        floor: power that counts as silence, added before the logarithm.
    """

    # so that the powers of two clips can be added without their waves
    is_log_power = True

    def __init__(
        self,
        sample_rate: SampleRate,
        n_fft: WindowSize = 1024,
        hop_length: HopSize = 512,
        n_mels: Bands = 64,
        f_min: Hertz = 50.0,
        f_max: Hertz | None = None,
        floor: Power = 1e-3,
    ):
        super().__init__()
        check_band(f_min, f_max, sample_rate)
        self.floor = floor
        self.power = MelSpectrogram(
            sample_rate,
            n_fft,
            hop_length=hop_length,
            f_min=f_min,
            f_max=f_max,
            n_mels=n_mels,
        )

    def forward(self, wave: Tensor) -> Tensor:
        power = self.power(wave) + self.floor
        return power.log()

    def invert(self, raw: Tensor, samples: int) -> Tensor:
        """Waves (B, C, samples) of nearly these features (B, C, n_mels, T').

        What the bands leave open is made smooth, and phases by the method of Griffin and Lim.
        """
        banded = (raw.exp() - self.floor).clamp_min(0)  # (B, C, n_mels, T')
        power = spread_bands(banded, self.power.mel_scale.fb)  # (B, C, F, T')
        window = self.power.spectrogram.window
        return retrieve_phase(power, window, self.power.hop_length, samples)

    def centers(self) -> Tensor:
        """(n_mels,) the frequency in Hz at which each band peaks."""
        return mel_centers(self.power.mel_scale)


class Mfcc(nn.Module):
    """Mel-frequency cepstral coefficients (Davis and Mermelstein, 1980): (B, C, T) -> (B, C,
    n_mfcc, T')."""

    def __init__(
        self,
        sample_rate: SampleRate,
        n_mfcc: Bands = 20,
        n_fft: WindowSize = 1024,
        hop_length: HopSize = 512,
        n_mels: Bands = 64,
    ):
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

    def __init__(self, frame_length: WindowSize = 1024, hop_length: HopSize = 512):
        super().__init__()
        self.frame_length = frame_length
        self.hop_length = hop_length

    def forward(self, wave: Tensor) -> Tensor:
        half = self.frame_length // 2
        padded = F.pad(wave, (half, half), mode="reflect")
        power = F.avg_pool1d(padded.square(), self.frame_length, self.hop_length)
        return power_to_level(power)[:, :, None]
