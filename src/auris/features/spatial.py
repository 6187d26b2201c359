"""Features (B, C', F, T') of waves (B, M, T) that compare the microphones of an array.

P pairs of microphones, F frequencies, lags or directions, T' frames. All need the array, and none
depends on loudness.
"""

from typing import Annotated

import torch
from torch import Tensor, nn

from auris.acoustics.arrays import Array
from auris.acoustics.constants import SPEED_OF_SOUND
from auris.acoustics.doa.gcc import gcc_phat
from auris.acoustics.doa.grid import direction_grid
from auris.acoustics.doa.plane_waves import microphone_pairs
from auris.acoustics.doa.srp import srp_map
from auris.acoustics.doa.stft import band_spectrum, cross_phase
from auris.acoustics.quantities import (
    Bands,
    DirectionStep,
    Hertz,
    HopSize,
    SampleRate,
    WindowSize,
)
from auris.acoustics.spectral import MIN_POWER
from auris.core.errors import UserError
from auris.core.ranges import Range


class ArrayFeature(nn.Module):
    """A feature of the short-time spectra of an array.

    Args:
        n_fft, hop_length: in samples.
        f_min, f_max: frequencies that are looked at, in Hz.
    """

    def __init__(
        self,
        sample_rate: SampleRate,
        array: Array | None,
        n_fft: WindowSize = 512,
        hop_length: HopSize = 256,
        f_min: Hertz = 100.0,
        f_max: Hertz = 7000.0,
    ):
        super().__init__()
        if array is None:
            raise UserError(
                "features: these compare the microphones of an array; choose one, "
                "as in array=circular6, or features=log_mel."
            )
        self.array = array
        self.microphones = array.microphones
        self.rate = sample_rate
        self.n_fft = n_fft
        self.hop_length = hop_length
        self.band = (f_min, f_max)

    def array_spectrum(self, wave: Tensor) -> tuple[Tensor, Tensor]:
        """Spectra (B, M, F, T') and their frequencies (F,) in Hz."""
        return band_spectrum(wave, self.rate, self.n_fft, self.hop_length, *self.band)

    def bin_frequencies(self) -> Tensor:
        """Those of the spectra, (F,) in Hz."""
        silence = torch.zeros(1, 1, self.n_fft)
        _, hertz = self.array_spectrum(silence)
        return hertz


class GccPhat(ArrayFeature):
    """Correlation of each pair with phase transform, lag by lag: (B, M, T) -> (B, P, L, T').

    Args:
        lags_per_sample: lags in the time of a sample. They reach as far as sound can be late from
            one microphone to another.
    """

    def __init__(
        self,
        sample_rate: SampleRate,
        array: Array | None,
        n_fft: WindowSize = 512,
        hop_length: HopSize = 256,
        f_min: Hertz = 100.0,
        f_max: Hertz = 7000.0,
        lags_per_sample: Annotated[int, Range(1, 64)] = 4,
    ):
        super().__init__(sample_rate, array, n_fft, hop_length, f_min, f_max)
        widest = float(torch.pdist(self.microphones).max())  # m
        lag_rate = sample_rate * lags_per_sample
        last = int(widest / SPEED_OF_SOUND * sample_rate * lags_per_sample) + 1
        self.lags = torch.arange(-last, last + 1) / lag_rate  # (L,) in s

    def forward(self, wave: Tensor) -> Tensor:
        x, hertz = self.array_spectrum(wave)
        pairs = microphone_pairs(wave.shape[1]).to(x.device)
        return gcc_phat(x, pairs, self.lags, hertz)


class Phase(ArrayFeature):
    """How microphones differ at each frequency: (B, M, T) -> (B, 3 P + 1, F, T').

    Cosine and sine of the phase by which the second of each pair is ahead of the first; the level
    in dB by which it is louder, divided by 10; and the mean level of all, in units of 10 dB, that
    tells sound from noise.
    """

    def centers(self) -> Tensor:
        """The frequencies (F,) in Hz."""
        return self.bin_frequencies()

    def forward(self, wave: Tensor) -> Tensor:
        x, _ = self.array_spectrum(wave)
        pairs = microphone_pairs(wave.shape[1]).to(x.device)
        phase = cross_phase(x, pairs)  # (B, P, F, T')
        power = x.abs().square() + MIN_POWER
        level = power.log10()  # (B, M, F, T')
        first, second = pairs.T
        louder = level[:, second] - level[:, first]
        mean = level.mean(1, keepdim=True)
        centred = mean - mean.mean((2, 3), keepdim=True)
        return torch.cat([phase.real, phase.imag, louder, centred], dim=1)


class SteeredPower(ArrayFeature):
    """Steered response power with phase transform: (B, M, T) -> (B, bands, D, T').

    Args:
        bands: equal parts of the frequencies.
        step: between the D directions, in degrees.
    """

    def __init__(
        self,
        sample_rate: SampleRate,
        array: Array | None,
        n_fft: WindowSize = 512,
        hop_length: HopSize = 256,
        f_min: Hertz = 100.0,
        f_max: Hertz = 7000.0,
        bands: Bands = 8,
        step: DirectionStep = 10.0,
    ):
        super().__init__(sample_rate, array, n_fft, hop_length, f_min, f_max)
        count = len(self.bin_frequencies())
        if bands > count:
            raise UserError(
                f"features.bands={bands} should be from 1 to {count}, as many frequencies "
                "as there are."
            )
        self.bands = bands
        self.directions = direction_grid(self.array, step)

    def forward(self, wave: Tensor) -> Tensor:
        x, hertz = self.array_spectrum(wave)
        return srp_map(x, self.microphones, self.directions, hertz, self.bands)
