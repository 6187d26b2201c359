"""Measured impulse responses from SOFA files (AES69-2022, HDF5 inside): of a head that looks ahead."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from auris.core.errors import UserError, first_line

CONVENTION = (
    "SimpleFreeFieldHRIR"  # in which positions of sources are as seen from the head
)


class Measured(NamedTuple):
    """Responses of ears, or other receivers, to sources in M places."""

    responses: Tensor  # (M, R, N)
    azimuth: Tensor  # (M,) in degrees, counter-clockwise
    elevation: Tensor  # (M,) in degrees
    distance: Tensor  # (M,) in m
    rate: int  # Hz


def read_sofa(path: Path, clockwise: bool = False) -> Measured:
    """The responses of two ears, left and right, in a file.

    `clockwise` is for files whose azimuths run the wrong way round: AES69 has 90 degrees to the left.

    Raises `UserError` where there is no such file, where it is none of that kind, and where its azimuths run the other
    way than is said: the ear on the side of a source hears it louder.
    """
    try:
        import h5py
    except ImportError:
        raise UserError(
            "SOFA files need h5py; pip install 'auris[sofa]' brings it."
        ) from None
    if not path.is_file():
        raise UserError(
            f"There is no {path}; data.root should name the folder of the files data.train and data.test."
        )
    try:
        with h5py.File(path) as file:
            measured = parse(file, path)
    except (OSError, KeyError) as error:
        raise UserError(
            f"{path} is not a SOFA file that can be read ({first_line(error)})."
        ) from error
    if clockwise:
        measured = measured._replace(azimuth=-measured.azimuth)
    if rightward(measured):
        raise UserError(
            f"{path}: the right ear hears sources on the left louder, as azimuths run the other way round; "
            f"choose data.clockwise={str(not clockwise).lower()}."
        )
    return measured


def parse(file, path: Path) -> Measured:
    """What is in an open file. Raises `UserError`, or `KeyError` where a part is missing."""
    convention = text(file.attrs.get("SOFAConventions", ""))
    if convention != CONVENTION:
        raise UserError(
            f"{path} should be a SOFA file of convention {CONVENTION} and is {convention or 'of none'}."
        )
    responses, rate = file["Data.IR"][:], file["Data.SamplingRate"][:]
    place, kind = (
        file["SourcePosition"][:],
        text(file["SourcePosition"].attrs.get("Type", "spherical")),
    )
    if responses.ndim != 3 or responses.shape[1] != 2:
        raise UserError(
            f"{path} should have responses of two ears, (M, 2, N), and has {responses.shape}."
        )
    if kind != "spherical" or place.shape != (len(responses), 3):
        raise UserError(
            f"{path} should have a spherical SourcePosition in degrees for each of {len(responses)} "
            f"responses and has {place.shape}, {kind}."
        )
    if len(np.unique(rate)) != 1 or not float(rate[0]).is_integer() or rate[0] < 1000:
        raise UserError(
            f"{path} should have one sampling rate, a whole number of Hz, and has {rate}."
        )
    if np.any(file["Data.Delay"][:]):
        raise UserError(
            f"{path} has a Data.Delay besides its responses; write delays into the responses."
        )
    if not np.isfinite(responses).all() or not np.abs(responses).max(2).all():
        raise UserError(
            f"{path} has responses that are silent or no numbers; leave them away."
        )
    azimuth, elevation, distance = torch.from_numpy(place).float().T
    return Measured(
        torch.from_numpy(responses).float(), azimuth, elevation, distance, int(rate[0])
    )


def text(value: "str | bytes") -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def rightward(measured: Measured) -> bool:
    """Whether the right ear hears louder what is on the left."""
    left, right = measured.responses.square().sum(2).log().T  # (M,) each
    return bool(((left - right) * measured.azimuth.deg2rad().sin()).sum() < 0)
