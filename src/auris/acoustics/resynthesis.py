"""Waves from spectra that have lost their phase and their finest lines."""

import torch
from torch import Tensor
from torchaudio.functional import griffinlim

_SPREADINGS = 30
_ITERATIONS = 64
_MOMENTUM = 0.99
_MIN_POWER = 1e-10


def spread_bands(banded: Tensor, filters: Tensor) -> Tensor:
    """Power in bands (..., n_mels, T') -> power in lines (..., F, T'), neither negative.

    Of the powers s with filters.T s = banded, (F, n_mels), nearly the one that multiplicative
    steps find from a flat start (Lee and Seung, 2001, eq. 4).
    """
    total = filters.sum(1, keepdim=True)  # (F, 1)
    is_heard = total > 0
    share = filters / filters.sum(0).clamp_min(_MIN_POWER)
    power = share @ banded  # (..., F, T')
    gram = filters @ filters.T
    wanted = filters @ banded
    for _ in range(_SPREADINGS):
        power = power * wanted / (gram @ power).clamp_min(_MIN_POWER)
    return torch.where(is_heard, power, 0.0)


def retrieve_phase(
    power: Tensor, window: Tensor, hop_length: int, samples: int
) -> Tensor:
    """Power (..., F, T') of frames -> waves (..., samples), the same for the same power.

    The fast method of Griffin and Lim (Perraudin, Balazs and Sondergaard, 2013), from phases that
    are drawn once for all.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return griffinlim(
            power.cpu(),
            window.cpu(),
            n_fft=len(window),
            hop_length=hop_length,
            win_length=len(window),
            power=2.0,
            n_iter=_ITERATIONS,
            momentum=_MOMENTUM,
            length=samples,
            rand_init=True,
        ).to(power.device)
