"""Measured impulse responses of a head that looks ahead, from SOFA files (AES69-2022)."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from auris.core.errors import UserError, first_line
from auris.core.packages import require_packages

# in which positions of sources are as seen from the head
_CONVENTION = "SimpleFreeFieldHRIR"


class ImpulseResponses(NamedTuple):
    """Responses of ears, or other receivers, to sources in M places."""

    responses: Tensor  # (M, R, N)
    azimuth: Tensor  # (M,) in degrees, counter-clockwise
    elevation: Tensor  # (M,) in degrees
    distance: Tensor  # (M,) in m
    rate: int  # Hz

    def at(self, place: int) -> "ImpulseResponses":
        """Those to the source in one of the places."""
        return ImpulseResponses(
            self.responses[[place]],
            self.azimuth[[place]],
            self.elevation[[place]],
            self.distance[[place]],
            self.rate,
        )


def read_sofa(path: Path, clockwise: bool = False) -> ImpulseResponses:
    """The responses of two ears, left and right, in a file.

    `clockwise` is for files whose azimuths run the wrong way round: AES69 has 90 degrees to the
    left.

    Raises `UserError` where there is no such file, where it is none of that kind, and where its
    azimuths run the other way than is said: the ear on the side of a source hears it louder.
    """
    require_packages("A SOFA file", "sofa", "h5py")
    import h5py

    if not path.is_file():
        raise UserError(
            f"There is no {path}; data.root should name the folder of the files data.train "
            "and data.test."
        )
    try:
        with h5py.File(path) as file:
            measured = _parse_file(file, path)
    except (OSError, KeyError) as error:
        reason = first_line(error)
        raise UserError(
            f"{path} is not a SOFA file that can be read ({reason})."
        ) from error
    if clockwise:
        measured = measured._replace(azimuth=-measured.azimuth)
    if _is_mirrored(measured):
        raise UserError(
            f"{path}: the right ear hears sources on the left louder, as azimuths run the other "
            f"way round; choose data.clockwise={str(not clockwise).lower()}."
        )
    return measured


def _parse_file(file, path: Path) -> ImpulseResponses:
    """What is in an open file. Raises `UserError`, or `KeyError` where a part is missing."""
    convention = _to_text(file.attrs.get("SOFAConventions", ""))
    if convention != _CONVENTION:
        raise UserError(
            f"{path} should be a SOFA file of convention {_CONVENTION} "
            f"and is {convention or 'of none'}."
        )
    responses = file["Data.IR"][:]
    rate = file["Data.SamplingRate"][:]
    positions = file["SourcePosition"][:]
    kind = _to_text(file["SourcePosition"].attrs.get("Type", "spherical"))
    _check_responses(responses, path)
    if kind != "spherical" or positions.shape != (len(responses), 3):
        raise UserError(
            f"{path} should have a spherical SourcePosition in degrees for each of "
            f"{len(responses)} responses and has {positions.shape}, {kind}."
        )
    if len(np.unique(rate)) != 1 or not float(rate[0]).is_integer() or rate[0] < 1000:
        raise UserError(
            f"{path} should have one sampling rate, a whole number of Hz, and has {rate}."
        )
    if np.any(file["Data.Delay"][:]):
        raise UserError(
            f"{path} has a Data.Delay besides its responses; write delays into the responses."
        )
    azimuth, elevation, distance = torch.from_numpy(positions).float().T
    waves = torch.from_numpy(responses).float()
    return ImpulseResponses(waves, azimuth, elevation, distance, int(rate[0]))


def _check_responses(responses: np.ndarray, path: Path) -> None:
    """Raise `UserError` for what are no responses (M, 2, N) of two ears."""
    if responses.ndim != 3 or responses.shape[1] != 2:
        raise UserError(
            f"{path} should have responses of two ears, (M, 2, N), and has {responses.shape}."
        )
    if not np.isfinite(responses).all() or not np.abs(responses).max(2).all():
        raise UserError(
            f"{path} has responses that are silent or no numbers; leave them away."
        )


def _to_text(value: str | bytes) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _is_mirrored(measured: ImpulseResponses) -> bool:
    """Whether the right ear hears louder what is on the left."""
    left, right = measured.responses.square().sum(2).log().T  # (M,) each
    side = measured.azimuth.deg2rad().sin()
    return bool(((left - right) * side).sum() < 0)
