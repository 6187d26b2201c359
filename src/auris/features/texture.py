"""How sound is textured: what log-mel bands do within about a second."""

from typing import Annotated

from torch import Tensor, nn

from auris.acoustics.quantities import (
    Bands,
    Hertz,
    HopSize,
    Power,
    SampleRate,
    WindowSize,
)
from auris.core.errors import UserError
from auris.core.ranges import Range
from auris.features.pooling import MIN_FRAMES, pool_mean_std
from auris.features.spectrogram import LogMel


class Texture(nn.Module):
    """What each log-mel band does in overlapping windows: (B, C, T) -> (B, 3 C, F, T').

    That is its mean, its standard deviation, and that of its change from frame to frame.

    Texture windows of about a second are long enough for a standard deviation, and short enough to
    tell when something was (Tzanetakis and Cook, 2002). Frame by frame, noise hides what differs by
    a few dB from what is usual.

    Args:
        window, hop: of the texture windows in s; a clip shorter than a window is one.
        sample_rate, n_fft, hop_length, n_mels, f_min, f_max, floor: as of `LogMel`.
    """

    def __init__(
        self,
        sample_rate: SampleRate,
        window: Annotated[float, Range(0.01, 600)] = 1.0,
        hop: Annotated[float, Range(0.001, 600)] = 0.5,
        n_fft: WindowSize = 1024,
        hop_length: HopSize = 512,
        n_mels: Bands = 64,
        f_min: Hertz = 50.0,
        f_max: Hertz | None = None,
        floor: Power = 1e-3,
    ):
        super().__init__()
        frame = hop_length / sample_rate  # s
        if hop < frame or window < MIN_FRAMES * frame:
            raise UserError(
                f"features.window={window} or features.hop={hop} is too short "
                f"for frames of {frame:.3f} s; the least are {MIN_FRAMES} frames and one."
            )
        self.log_mel = LogMel(
            sample_rate, n_fft, hop_length, n_mels, f_min, f_max, floor
        )
        self.size = round(window / frame)
        self.step = round(hop / frame)

    def centers(self) -> Tensor:
        """(n_mels,) the frequency in Hz at which each band peaks."""
        return self.log_mel.centers()

    def forward(self, wave: Tensor) -> Tensor:
        frames = self.log_mel(wave)  # (B, C, F, N)
        count = frames.shape[-1]
        if count < MIN_FRAMES:
            raise ValueError(f"texture takes {MIN_FRAMES} frames or more")
        windows = frames.unfold(-1, min(self.size, count), self.step)
        return pool_mean_std(windows)  # (B, C, F, T', n) -> (B, 3 C, F, T')
