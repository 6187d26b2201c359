"""Which sound made a prediction wrong: gradients of the error in time and frequency."""

import math

import torch
from torch import Tensor
from torch.nn.functional import avg_pool2d
from torchaudio.functional import melscale_fbanks

from auris.core.figures import decibels_below_peak
from auris.report.cost import count_multiply_adds
from auris.training.system import System

_BANDS = 64
_MIN_HZ = 50.0
_WINDOW = 0.04  # s, roughly
_BLUR = 0.08  # s
# of SmoothGrad: noisy copies, and the standard deviation of their gains
_MAX_COPIES = 6
_GAIN_STD = 0.15
# of all copies: large models are asked less often, so that a run does not wait
_MAX_MULTIPLY_ADDS = 10**10


class MelBands:
    """The spectrogram of waves in mel bands, and waves with other gains in them."""

    def __init__(self, sample_rate: int):
        self.n_fft = 2 ** round(math.log2(_WINDOW * sample_rate))
        self.hop_length = self.n_fft // 4
        self.frame_rate = sample_rate / self.hop_length  # Hz
        self.window = torch.hann_window(self.n_fft)
        bins = self.n_fft // 2 + 1
        nyquist = sample_rate / 2
        # (bins, BANDS)
        self.filters = melscale_fbanks(bins, _MIN_HZ, nyquist, _BANDS, sample_rate)
        hertz = torch.linspace(0, nyquist, bins)
        # Hz, (BANDS,)
        self.centers = self.filters.T @ hertz / self.filters.sum(0).clamp_min(1e-9)

    def stft(self, wave: Tensor) -> Tensor:  # (..., T) -> (..., bins, T')
        spectrum = torch.stft(
            wave.flatten(0, -2),
            self.n_fft,
            self.hop_length,
            window=self.window,
            pad_mode="constant",
            return_complex=True,
        )
        return spectrum.unflatten(0, wave.shape[:-1])

    def mel_level(self, wave: Tensor) -> Tensor:
        """(T,) -> (BANDS, T') in dB below the peak."""
        power = self.stft(wave[None])[0].abs().square()
        return decibels_below_peak(self.filters.T @ power)

    def apply_gains(self, spectrum: Tensor, gain: Tensor, samples: int) -> Tensor:
        """Waves (B, C, T) of spectra (B, C, bins, T').

        Gains (B, BANDS, T') are 1 where nothing changes.
        """
        mask = 1 + self.filters @ (gain - 1)  # (B, bins, T')
        masked = (spectrum * mask[:, None]).flatten(0, 1)
        wave = torch.istft(
            masked, self.n_fft, self.hop_length, window=self.window, length=samples
        )
        return wave.unflatten(0, spectrum.shape[:2])


def compute_saliency(
    system: System, wave: Tensor, target: Tensor, bands: MelBands
) -> Tensor | None:
    """How much the error of each clip (B, C, T) grows with each gain, (B, BANDS, T').

    The gradient with respect to a gain is gradient times input (Shrikumar et al., 2016,
    arXiv:1605.01713) in the short-time spectrum, whatever the features; it is averaged over noisy
    gains (SmoothGrad: Smilkov et al., 2017, arXiv:1706.03825). None for a model through which
    there is no gradient.
    """
    system = system.eval().cpu()
    generator = torch.Generator().manual_seed(0)
    spectrum = bands.stft(wave)  # (B, C, bins, T')
    shape = (len(wave), _BANDS, spectrum.shape[-1])
    total = torch.zeros(())
    copies = _count_copies(count_multiply_adds(system, wave))
    for _ in range(copies):
        noise = torch.randn(shape, generator=generator)
        gain = (1 + _GAIN_STD * noise).requires_grad_()
        # (B, *in_shape)
        x = system.features(bands.apply_gains(spectrum, gain, wave.shape[-1]))
        decoded = system.decode_features(x)
        error = system.task.error(decoded, target)  # (B,)
        if not error.requires_grad:
            return None
        total = total + torch.autograd.grad(error.sum(), gain)[0]
    return _smooth(total / copies, round(_BLUR * bands.frame_rate))


def _count_copies(multiply_adds: int) -> int:
    """How many noisy copies there is time for."""
    affordable = _MAX_MULTIPLY_ADDS // max(1, multiply_adds)
    return max(1, min(_MAX_COPIES, affordable))


def _smooth(x: Tensor, frames: int) -> Tensor:  # (B, BANDS, T') -> the same
    """The mean over a few bands and about this many frames, as eyes would see it."""
    size = (3, 2 * (frames // 2) + 1)
    padding = (size[0] // 2, size[1] // 2)
    return avg_pool2d(x[:, None], size, stride=1, padding=padding)[:, 0]
