"""The features of ESC-50's first baseline."""

from torch import Tensor
from torchaudio.transforms import MelScale

from auris.acoustics.quantities import (
    Bands,
    Channels,
    DynamicRange,
    HopSize,
    SampleRate,
    WindowSize,
)
from auris.acoustics.spectral import zero_crossing_rate
from auris.features.functionals import ClipVector, summarize_tracks, summary_names


class Piczak(ClipVector):
    """The 26 features of Piczak (2015), ESC: Dataset for environmental sound classification.

    Mean and standard deviation over frames of 12 mel-frequency cepstral coefficients, without the
    0th, and of the fraction of zero crossings in frames of `hop_length` samples that do not
    overlap; a last one that is not whole is left out. The defaults are the paper's, whose
    recordings had 44.1 kHz; its accuracies come out where features keep their units.

    Args:
        sample_rate: in Hz.
        n_mels: bands on the Slaney mel scale up to half the rate, each of unit area.
        n_mfcc: coefficients besides the 0th.
        The others are those of `ClipVector`.
    """

    CHOSEN = {"mfcc": ("mean", "deviation"), "zero_crossings": ("mean", "deviation")}

    def __init__(
        self,
        sample_rate: SampleRate,
        channels: Channels = 1,
        n_fft: WindowSize = 2048,
        hop_length: HopSize = 512,
        n_mels: Bands = 128,
        n_mfcc: Bands = 12,
        dynamic_range: DynamicRange = 80.0,
    ):
        mel = MelScale(
            n_mels,
            sample_rate,
            n_stft=n_fft // 2 + 1,
            norm="slaney",
            mel_scale="slaney",
        )
        super().__init__(channels, n_fft, hop_length, mel, n_mfcc + 1, dynamic_range)

    def measure_clips(self, wave: Tensor, power: Tensor) -> Tensor:
        level = self.mel_level(power)
        frame = self.hop_length
        tracks = {
            "mfcc": self.mel_cepstrum(level)[..., 1:, :],
            "zero_crossings": zero_crossing_rate(wave, frame, frame),
        }
        return summarize_tracks(tracks, self.CHOSEN)

    def channel_names(self) -> list[str]:
        mfcc = [f"mfcc_{i}" for i in range(1, len(self.dct))]
        rows = {"mfcc": mfcc, "zero_crossings": ["zero_crossings"]}
        return summary_names(rows, self.CHOSEN)
