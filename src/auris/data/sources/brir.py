"""Directions for a head: dry sounds through measured binaural room impulse responses (BRIR)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from auris.acoustics.arrays import unit_vector
from auris.acoustics.diffuse_noise import matrix_square_root, mix_channels, scale_to_snr
from auris.acoustics.reverberation import measured_rt60
from auris.core.errors import UserError
from auris.core.ranges import Length, Range
from auris.data.simulation.rendering import (
    RenderedScenes,
    convolve,
    draw_source_signal,
    peak_normalize,
    white_noise,
)
from auris.data.simulation.scenes import Drawn, PreRoll, Snr, check_order, sample
from auris.data.sources.base import full_path
from auris.data.sources.scenes import SceneRow, Scenes
from auris.data.sources.sofa import ImpulseResponses, read_sofa

_DECAY = 0.85  # of the longest RT60: how long late reverberation is, about 50 dB of it

_FILES = ("train", "test")

Files = Annotated[Sequence[str], Length(1, 1000)]


@dataclass(frozen=True)
class Brir(Scenes):
    """Scenes of a head. The directions of a file take turns, so that each split has all of them.

    Training and validation scenes have anechoic responses and, where these end, simulated late
    reverberation: noise that decays, from all directions of the file at once, as this head hears
    it. Test scenes have responses of a room.

    Args:
        root: the folder of the files.
        train, test: SOFA files of anechoic responses, and of a room.
        clockwise: whether azimuths in these files run the wrong way round.
        rt60: of the late reverberation in s.
        drr: direct-to-reverberant ratio, anechoic response to late reverberation, in dB.
        snr: of the sound to the ears' own noise in dB.
        pre_roll: how long before the scene its sound begins, in s.
    """

    name = "brir"
    about = "sounds through measured responses of a head"
    version = 1
    inert = (*Scenes.inert, "root")

    root: str
    train: Files
    test: Files
    clockwise: bool
    rt60: Drawn[Annotated[float, Range(0.05, 20)]]
    drr: Snr
    snr: Snr
    pre_roll: PreRoll

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("rt60", "drr", "snr", "pre_roll"):
            check_order(f"data.{name}", getattr(self, name))
        count = len(self.microphones.microphones)
        if count != 2:
            raise UserError(
                f"A head has two ears and this array {count} microphones; choose array=head."
            )

    @property
    def place(self) -> str:
        return full_path(Path(self.root))

    def _paths(self, name: str) -> list[Path]:
        root = Path(self.root).expanduser()
        return [root / file for file in getattr(self, name)]

    def _read_files(self, name: str) -> list[ImpulseResponses]:
        return [read_sofa(path, self.clockwise) for path in self._paths(name)]

    @cached_property
    def measured(self) -> dict[str, ImpulseResponses]:
        """The responses to train and to test with. Raises `UserError` where rates differ."""
        files = {name: self._read_files(name) for name in _FILES}
        rates = {file.rate for each in files.values() for file in each}
        if len(rates) > 1:
            raise UserError(
                f"data.train and data.test have sampling rates of {sorted(rates)} Hz; "
                "choose files of one."
            )
        return {name: _join_files(each) for name, each in files.items()}

    @property
    def rate(self) -> int:
        return self.measured["train"].rate

    def dependencies(self) -> dict[str, Any]:
        contents = [path.read_bytes() for name in _FILES for path in self._paths(name)]
        digests = [
            hashlib.blake2b(content, digest_size=8).hexdigest() for content in contents
        ]
        return {"files": digests}

    def render_scene(self, split: str, number: int) -> tuple[RenderedScenes, SceneRow]:
        measured = self.measured["test" if split == "test" else "train"]
        place = number % len(measured.responses)
        measured = measured.at(place)
        response = measured.responses  # (1, 2, N)
        (rng,) = self.rngs(split, [[number]])
        if split != "test":
            response = self.add_reverberation(rng, response)
        pre_roll = sample(rng, self.pre_roll)
        signal = draw_source_signal(
            self.dry[split], rng, pre_roll, self.samples, self.rate
        )
        clean = convolve([signal], response, self.samples)  # (1, 2, T)
        snr = torch.tensor([sample(rng, self.snr)])
        wave = clean + scale_to_snr(white_noise([rng], *clean.shape[1:]), clean, snr)
        rt60 = measured_rt60(response[:, 0], self.rate)
        conditions = torch.stack([rt60, snr, measured.distance], 1)  # (1, 3)
        towards = unit_vector(measured.azimuth, measured.elevation)
        rendered = RenderedScenes(peak_normalize(wave), towards, conditions)
        return rendered, SceneRow("", f"{split}_{place}", "")

    def add_reverberation(self, rng: np.random.Generator, anechoic: Tensor) -> Tensor:
        """A response (1, 2, N + L) from an anechoic one (1, 2, N), with late reverberation."""
        rt60 = sample(rng, self.rt60)
        drr = torch.tensor([sample(rng, self.drr)])
        decay = 10 ** (
            -3 * torch.arange(self.late_samples) / (self.rate * rt60)
        )  # (L,)
        noise = (
            mix_channels(white_noise([rng], 2, self.late_samples), self.mix) * decay
        )  # (1, 2, L)
        early = F.pad(anechoic, (0, self.late_samples))
        late = F.pad(noise, (anechoic.shape[2], 0))
        return early + scale_to_snr(late, early, drr)

    @property
    def late_samples(self) -> int:
        """Samples L of late reverberation."""
        longest = self.rt60 if isinstance(self.rt60, int | float) else self.rt60[1]
        return 2 * round(_DECAY * longest * self.rate / 2)

    @cached_property
    def mix(self) -> Tensor:
        """(L / 2 + 1, 2, 2) what makes of independent noises those that the ears hear.

        Their coherence is that of noise from all directions of the file.
        """
        responses = self.measured["train"].responses.double()
        spectrum = torch.fft.rfft(responses, self.late_samples)  # (M, 2, F)
        covariance = torch.einsum("mif,mjf->fij", spectrum, spectrum.conj())
        return matrix_square_root(covariance / len(spectrum))


def _join_files(files: Sequence[ImpulseResponses]) -> ImpulseResponses:
    """The responses of several files as those of one, the short ones filled up with silence."""
    longest = max(file.responses.shape[2] for file in files)
    padded = [
        F.pad(file.responses, (0, longest - file.responses.shape[2])) for file in files
    ]
    return ImpulseResponses(
        responses=torch.cat(padded),
        azimuth=torch.cat([file.azimuth for file in files]),
        elevation=torch.cat([file.elevation for file in files]),
        distance=torch.cat([file.distance for file in files]),
        rate=files[0].rate,
    )
