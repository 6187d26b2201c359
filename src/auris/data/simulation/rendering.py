"""A dry sound in a scene: drawn, sent through responses, and what the scene is then.

B scenes, M microphones, T samples of a scene, T' samples of a sound, which begins before it,
L of a response.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from scipy.fft import next_fast_len
from torch import Tensor
from torch.nn import functional as F
from torchaudio.functional import fftconvolve

from auris.core.errors import UserError
from auris.data.simulation.dry_signals import DrySignal

PEAK = 0.9  # of scenes, to full scale

_MIN_LEVEL = 0.3  # of a sound in the scene, to its level as a whole

_MAX_DRAWS = 1000  # in which a sound has to be found that is no pause


class RenderedScenes(NamedTuple):
    """Some scenes as an array hears them."""

    wave: Tensor  # (B, M, T), the peak of each at `PEAK`
    direction: Tensor  # (B, 3) unit vectors to the source, as seen from the array
    conditions: (
        Tensor  # (B, 3): RT60 in s, measured on the responses, SNR in dB, distance in m
    )


def draw_source_signal(
    dry: Sequence[DrySignal],
    rng: np.random.Generator,
    pre_roll: float,
    samples: int,
    rate: int,
) -> Tensor:
    """What sounds in a scene, and `pre_roll` seconds earlier: (T',). The scene is in no pause.

    Raises `UserError` where there are but pauses.
    """
    signal = dry[int(rng.integers(len(dry)))]
    size = samples + round(pre_roll * rate)
    for _ in range(_MAX_DRAWS):
        sound = signal(rng, size / rate, rate)[:size]
        if sound[-samples:].std() > _MIN_LEVEL:
            return torch.from_numpy(sound).float()
    raise UserError(
        "data.dry_folder: the recordings are silent for the most part; leave out those that are."
    )


def convolve(sounds: Sequence[Tensor], responses: Tensor, samples: int) -> Tensor:
    """The last T samples (B, M, T) of sounds (T',), one a scene, through responses (B, M, L)."""
    tail = responses.shape[-1] - 1
    longest = max(len(sound) for sound in sounds)
    # a prime would take thrice the time
    size = next_fast_len(longest + tail, real=True) - tail
    padded = torch.stack([F.pad(sound, (size - len(sound), 0)) for sound in sounds])
    wet = fftconvolve(padded.to(responses)[:, None], responses)
    return wet[..., size - samples : size]


def white_noise(rngs: Sequence[np.random.Generator], *shape: int) -> Tensor:
    """Independent white noise (B, *shape)."""
    noises = [rng.standard_normal(shape, dtype=np.float32) for rng in rngs]
    return torch.from_numpy(np.stack(noises))


def peak_normalize(wave: Tensor) -> Tensor:
    """Waves (B, M, T), not silent, their peaks at `PEAK`."""
    return PEAK * wave / wave.abs().amax((1, 2), keepdim=True)
