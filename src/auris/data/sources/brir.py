"""Directions for a head: dry sounds sent through measured binaural room impulse responses (BRIR)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from auris.acoustics.arrays import unit_vector
from auris.acoustics.diffuse_noise import matrix_square_root, mix_channels, scale_to_snr
from auris.acoustics.reverberation import measured_rt60
from auris.core.errors import UserError
from auris.data.simulation.rendering import Heard, convolved, loud, play, white
from auris.data.simulation.scenes import Law, check_law, drawn, least
from auris.data.sources.scenes import Note, Scenes
from auris.data.sources.sofa import Measured, read_sofa

DECAY = 0.85  # of the longest RT60: how long late reverberation is, about 50 dB of it


FILES = ("train", "test")


@dataclass(frozen=True)
class Brir(Scenes):
    """Scenes of a head. The directions of a file take turns, so that each set has all of them.

    Training and validation scenes have anechoic responses and, where these end, simulated late reverberation: noise
    that decays, from all directions of the file at once, as this head hears it. Test scenes have responses of a room.

    Args:
        root: the folder of the files.
        train, test: SOFA files of anechoic responses, and of a room.
        clockwise: whether azimuths in these files run the wrong way round.
        rt60: of the late reverberation in s.
        direct: level of the anechoic response to the late reverberation in dB.
        snr: of the sound to the ears' own noise in dB.
        before: how long before the scene its sound begins, in s.
    """

    name, about, version = "brir", "sounds through measured responses of a head", 1
    inert = (*Scenes.inert, "root")

    root: str
    train: Sequence[str]
    test: Sequence[str]
    clockwise: bool
    rt60: Law
    direct: Law
    snr: Law
    before: Law

    def __post_init__(self) -> None:
        super().__post_init__()
        for law in ("rt60", "direct", "snr", "before"):
            check_law(law, getattr(self, law))
        if least(self.rt60) <= 0 or least(self.before) < 0:
            raise UserError("data.rt60 should be above 0, and data.before not below.")
        if count := len(self.microphones.microphones) - 2:
            raise UserError(
                f"A head has two ears and this array {count + 2} microphones; choose array=head."
            )
        for name in FILES:
            if not getattr(self, name):
                raise UserError(f"data.{name}=[] should name one or more SOFA files.")

    def paths(self, name: str) -> list[Path]:
        return [Path(self.root).expanduser() / file for file in getattr(self, name)]

    @cached_property
    def measured(self) -> dict[str, Measured]:
        """The responses to train and to test with. Raises `UserError` where files differ in their rates."""
        files = {
            name: [read_sofa(path, self.clockwise) for path in self.paths(name)]
            for name in FILES
        }
        rates = {file.rate for each in files.values() for file in each}
        if len(rates) > 1:
            raise UserError(
                f"data.train and data.test have sampling rates of {sorted(rates)} Hz; choose files of one."
            )
        return {name: joined(each) for name, each in files.items()}

    @property
    def rate(self) -> int:
        return self.measured["train"].rate

    def facts(self) -> dict[str, Any]:
        read = [path.read_bytes() for name in FILES for path in self.paths(name)]
        return {
            "files": [
                hashlib.blake2b(content, digest_size=8).hexdigest() for content in read
            ]
        }

    def scene(self, name: str, number: int) -> tuple[Heard, Note]:
        measured = self.measured["test" if name == "test" else "train"]
        place, rng = number % len(measured.responses), self.rngs(name, [[number]])[0]
        response = measured.responses[[place]]  # (1, 2, N)
        if name != "test":
            response = self.reverberant(rng, response)
        sound = play(
            self.dry[name], rng, drawn(rng, self.before), self.samples, self.rate
        )
        clean, snr = (
            convolved([sound], response, self.samples),
            torch.tensor([drawn(rng, self.snr)]),
        )  # (1, 2, T)
        wave = clean + scale_to_snr(white([rng], *clean.shape[1:]), clean, snr)
        conditions = torch.stack(
            [measured_rt60(response[:, 0], self.rate), snr, measured.distance[[place]]],
            1,
        )
        ray = unit_vector(measured.azimuth[[place]], measured.elevation[[place]])
        return Heard(loud(wave), ray, conditions), Note("", f"{name}_{place}", "")

    def reverberant(self, rng: np.random.Generator, anechoic: Tensor) -> Tensor:
        """A response (1, 2, N + L) from an anechoic one (1, 2, N), with drawn late reverberation."""
        rt60, ratio = drawn(rng, self.rt60), torch.tensor([drawn(rng, self.direct)])
        decay = 10 ** (-3 * torch.arange(self.late) / (self.rate * rt60))  # (L,)
        noise = mix_channels(white([rng], 2, self.late), self.mix) * decay  # (1, 2, L)
        early, late = (
            F.pad(anechoic, (0, self.late)),
            F.pad(noise, (anechoic.shape[2], 0)),
        )
        return early + scale_to_snr(late, early, ratio)

    @property
    def late(self) -> int:
        """Samples L of late reverberation."""
        longest = self.rt60 if isinstance(self.rt60, int | float) else self.rt60[1]
        return 2 * round(DECAY * longest * self.rate / 2)

    @cached_property
    def mix(self) -> Tensor:
        """(L / 2 + 1, 2, 2) what makes independent noises those of ears in noise from all directions of the file."""
        spectrum = torch.fft.rfft(
            self.measured["train"].responses.double(), self.late
        )  # (M, 2, F)
        return matrix_square_root(
            torch.einsum("mif,mjf->fij", spectrum, spectrum.conj()) / len(spectrum)
        )


def joined(files: Sequence[Measured]) -> Measured:
    """The responses of several files as those of one, the short ones filled up with silence."""
    longest = max(file.responses.shape[2] for file in files)
    azimuth, elevation, distance = (
        torch.cat(facts) for facts in zip(*(file[1:4] for file in files), strict=True)
    )
    responses = torch.cat(
        [
            F.pad(file.responses, (0, longest - file.responses.shape[2]))
            for file in files
        ]
    )
    return Measured(responses, azimuth, elevation, distance, files[0].rate)
