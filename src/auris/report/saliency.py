"""Which sound made an answer wrong: gradients of the error in time and frequency."""

import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d
from torchaudio.functional import melscale_fbanks

from auris.core.figures import decibels_below_peak
from auris.report.cost import multiply_adds
from auris.training.system import System

BANDS = 64


BLUR = 0.08  # s


LOWEST = 50.0  # Hz


WINDOW = 0.04  # s, roughly


DRAWS, SPREAD = 6, 0.15  # of SmoothGrad: noisy copies, and the deviation of their gains


MOST_WORK = (
    10**10
)  # multiply-adds of all copies: large models are asked less often, so that a run does not wait


class Bands:
    """The spectrogram of waves in mel bands, and waves with other gains in them."""

    def __init__(self, sample_rate: int):
        self.rate, self.size = sample_rate, 2 ** round(math.log2(WINDOW * sample_rate))
        self.hop = self.size // 4
        self.window = torch.hann_window(self.size)
        self.share = melscale_fbanks(
            self.size // 2 + 1, LOWEST, sample_rate / 2, BANDS, sample_rate
        )  # (bins, BANDS)
        self.hertz = (
            self.share.T
            @ torch.linspace(0, sample_rate / 2, self.size // 2 + 1)
            / self.share.sum(0).clamp_min(1e-9)
        )

    def spectrum(self, wave: Tensor) -> Tensor:  # (..., T) -> (..., bins, T')
        form = {
            "hop_length": self.hop,
            "window": self.window,
            "pad_mode": "constant",
            "return_complex": True,
        }
        return torch.stft(wave.flatten(0, -2), self.size, **form).unflatten(
            0, wave.shape[:-1]
        )

    def level(self, wave: Tensor) -> Tensor:
        """(T,) -> (BANDS, T') in dB below the peak."""
        return decibels_below_peak(
            self.share.T @ self.spectrum(wave[None])[0].abs().square()
        )

    def weighted(self, spectrum: Tensor, gain: Tensor, samples: int) -> Tensor:
        """Waves (B, C, T) of spectra (B, C, bins, T'), with gains (B, BANDS, T') that are 1 where nothing changes."""
        mask = 1 + self.share @ (gain - 1)  # (B, bins, T')
        parts = (spectrum * mask[:, None]).flatten(0, 1)
        wave = torch.istft(
            parts, self.size, self.hop, window=self.window, length=samples
        )
        return wave.unflatten(0, spectrum.shape[:2])


def saliency(
    system: System, wave: Tensor, target: Tensor, bands: Bands
) -> Tensor | None:
    """How much the error of each clip (B, C, T) grows with the gain of each band at each time, (B, BANDS, T').

    The gradient with respect to a gain is gradient times input (Shrikumar et al., 2016, arXiv:1605.01713) in the
    short-time spectrum, whatever the features; it is averaged over noisy gains (SmoothGrad: Smilkov et al., 2017,
    arXiv:1706.03825). None for a model through which there is no gradient.
    """
    system, draw = system.eval().cpu(), torch.Generator().manual_seed(0)
    spectrum, total = bands.spectrum(wave), torch.zeros(())  # (B, C, bins, T')
    draws = max(1, min(DRAWS, MOST_WORK // max(1, multiply_adds(system, wave))))
    for _ in range(draws):
        noise = torch.randn(len(wave), BANDS, spectrum.shape[-1], generator=draw)
        gain = (1 + SPREAD * noise).requires_grad_()
        x = system.features(
            bands.weighted(spectrum, gain, wave.shape[-1])
        )  # (B, *in_shape)
        error = system.task.error(
            system.task.decode(system.model(x), x), target
        )  # (B,)
        if not error.requires_grad:
            return None
        total = total + torch.autograd.grad(error.sum(), gain)[0]
    return smooth(total / draws, round(BLUR * bands.rate / bands.hop))


def smooth(x: Tensor, frames: int) -> Tensor:  # (B, BANDS, T') -> the same
    """The mean over a few bands and about this many frames, as eyes would see it."""
    size = (3, 2 * (frames // 2) + 1)
    return avg_pool2d(x[:, None], size, stride=1, padding=(size[0] // 2, size[1] // 2))[
        :, 0
    ]
