"""Where a sound comes from by formula: the baselines of localization, with nothing to learn."""

from abc import ABC, abstractmethod
from typing import final

import torch
from torch import Tensor, nn

from auris.acoustics.arrays import Array
from auris.acoustics.doa.grid import direction_grid, peak_direction
from auris.acoustics.doa.least_squares import least_squares
from auris.acoustics.doa.music import music, norm_music
from auris.acoustics.doa.srp import srp_phat
from auris.acoustics.doa.stft import band_spectrum
from auris.acoustics.quantities import DirectionStep, Hertz, WindowSize
from auris.core.errors import UserError
from auris.core.shapes import Shape
from auris.data.spec import Spec


class TrainingFree(nn.Module, ABC):
    """A model with nothing to find: it needs no optimizer, and no training clips."""


class DoaEstimator(TrainingFree, ABC):
    """Directions (B, 2) or (B, 3) from waves (B, M, T) of an array's M microphones.

    Args:
        n_fft: samples of a window; half of it is the hop.
        f_min, f_max: frequencies in Hz that are looked at.
    """

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        spec: Spec,
        n_fft: WindowSize,
        f_min: Hertz,
        f_max: Hertz,
    ):
        super().__init__()
        self.array = required_array(spec, type(self).__name__)
        if in_shape != (spec.channels, spec.samples):
            raise UserError(
                f"model: {type(self).__name__} reads the waves themselves; choose features=raw."
            )
        self.rate = spec.sample_rate
        self.size = out_shape[0]
        self.n_fft = n_fft
        self.band = (f_min, f_max)

    @torch.no_grad()
    def forward(self, wave: Tensor) -> Tensor:  # (B, M, T) -> (B, 2) or (B, 3)
        with torch.autocast(wave.device.type, enabled=False):
            x, hertz = band_spectrum(
                wave.float(), self.rate, self.n_fft, None, *self.band
            )  # (B, M, F, T'), (F,)
            return self.estimate_directions(x, hertz)[:, : self.size]

    @abstractmethod
    def estimate_directions(self, x: Tensor, hertz: Tensor) -> Tensor:
        """Unit vectors (B, 3) of spectra (B, M, F, T') at frequencies (F,) in Hz."""


@final
class LeastSquares(DoaEstimator):
    """The direction that fits the GCC-PHAT delays of all pairs best."""

    def estimate_directions(self, x: Tensor, hertz: Tensor) -> Tensor:
        return least_squares(x, self.array, hertz)


class GridSearchDoa(DoaEstimator):
    """The direction of the most power.

    Args:
        step: between directions that are tried, in degrees.
    """

    tried: Tensor  # (D, 3)

    def __init__(
        self,
        in_shape: Shape,
        out_shape: Shape,
        spec: Spec,
        n_fft: WindowSize,
        f_min: Hertz,
        f_max: Hertz,
        step: DirectionStep,
    ):
        super().__init__(in_shape, out_shape, spec, n_fft, f_min, f_max)
        self.register_buffer(
            "tried",
            direction_grid(self.array, step, elevated=self.size == 3),
            persistent=False,
        )

    def estimate_directions(self, x: Tensor, hertz: Tensor) -> Tensor:
        return peak_direction(self.spatial_power(x, hertz), self.tried)

    @abstractmethod
    def spatial_power(self, x: Tensor, hertz: Tensor) -> Tensor:
        """Power (B, D) from all directions that are tried."""


@final
class SrpPhat(GridSearchDoa):
    """Steered response power with phase transform (DiBiase, 2000)."""

    def spatial_power(self, x: Tensor, hertz: Tensor) -> Tensor:
        return srp_phat(x, self.array.microphones, self.tried, hertz)


@final
class Music(GridSearchDoa):
    """Multiple signal classification (Schmidt, 1986)."""

    def spatial_power(self, x: Tensor, hertz: Tensor) -> Tensor:
        return music(x, self.array.microphones, self.tried, hertz)


@final
class NormMusic(GridSearchDoa):
    """MUSIC in which each frequency has the same say (Salvati et al., 2014)."""

    def spatial_power(self, x: Tensor, hertz: Tensor) -> Tensor:
        return norm_music(x, self.array.microphones, self.tried, hertz)


def required_array(spec: Spec, who: str) -> Array:
    """The array that there must be. Raises `UserError`."""
    if not spec.microphones:
        raise UserError(
            f"{who} compares the microphones of an array; choose one, as in array=circular6."
        )
    return Array(spec.microphones)
