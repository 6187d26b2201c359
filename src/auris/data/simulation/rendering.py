"""A dry sound in a scene: drawn, sent through responses, and what the scene is then.

B scenes, M microphones, T samples of a scene, T' samples of a sound, which begins before it, L of a response.
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
from auris.data.simulation.dry_signals import Dry

HEARD = 0.3  # of the level of a sound as a whole, at least, that it has in the scene


DRAWS = 1000  # in which a sound has to be found that is no pause


FULL = 0.9  # of full scale, where the peaks of scenes are


class Heard(NamedTuple):
    """Some scenes as an array hears them."""

    wave: Tensor  # (B, M, T), the peak of each at `FULL`
    direction: Tensor  # (B, 3) unit vectors to the source, as seen from the array
    conditions: (
        Tensor  # (B, 3): RT60 in s, measured on the responses, SNR in dB, distance in m
    )


def play(
    dry: Sequence[Dry], rng: np.random.Generator, before: float, samples: int, rate: int
) -> Tensor:
    """What sounds in a scene, and `before` seconds earlier: (T',). It is no pause that the scene is in.

    Raises `UserError` where there are but pauses.
    """
    sounding = dry[int(rng.integers(len(dry)))]
    size = samples + round(before * rate)
    for _ in range(DRAWS):
        sound = sounding(rng, size / rate, rate)[:size]
        if sound[-samples:].std() > HEARD:
            return torch.from_numpy(sound).float()
    raise UserError(
        "data.sources: the recordings are silent for the most part; leave out those that are."
    )


def convolved(sounds: Sequence[Tensor], responses: Tensor, samples: int) -> Tensor:
    """The last T samples (B, M, T) of sounds (T',), one a scene, sent through responses (B, M, L)."""
    tail = responses.shape[-1] - 1
    size = (
        next_fast_len(max(map(len, sounds)) + tail, real=True) - tail
    )  # for a prime it would take thrice the time
    padded = torch.stack([F.pad(sound, (size - len(sound), 0)) for sound in sounds])
    return fftconvolve(padded.to(responses)[:, None], responses)[
        ..., size - samples : size
    ]


def white(rngs: Sequence[np.random.Generator], *shape: int) -> Tensor:
    """Independent white noise (B, *shape)."""
    return torch.from_numpy(
        np.stack([rng.standard_normal(shape, dtype=np.float32) for rng in rngs])
    )


def loud(wave: Tensor) -> Tensor:
    """Waves (B, M, T), not silent, their peaks at `FULL`."""
    return FULL * wave / wave.abs().amax((1, 2), keepdim=True)
