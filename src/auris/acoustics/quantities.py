"""What numbers of sound may be: settings in constructors, with their units."""

from typing import Annotated

from auris.core.errors import UserError
from auris.core.ranges import Range

SampleRate = Annotated[int, Range(1000, 1_000_000)]  # Hz
Channels = Annotated[int, Range(1, 256)]
Hertz = Annotated[float, Range(0, 500_000)]
Decibels = Annotated[float, Range(-200, 200)]
DynamicRange = Annotated[float, Range(1, 200)]  # dB
Power = Annotated[float, Range(0, 1e6, above=True)]
WindowSize = Annotated[int, Range(16, 65_536)]  # samples, as of an FFT
HopSize = Annotated[int, Range(8, 65_536)]  # samples
Bands = Annotated[int, Range(1, 1024)]
DirectionStep = Annotated[
    float, Range(0.5, 90)
]  # degrees from one direction to the next
Coordinate = Annotated[float, Range(-100, 100)]  # m


def check_band(f_min: float, f_max: float | None, sample_rate: int) -> None:
    """Raise `UserError` for bands of features above half the sample rate, which hold nothing.

    Frequencies are in Hz; without `f_max` it is half the rate.
    """
    half = sample_rate / 2
    if f_max is not None and f_max > half:
        raise UserError(
            f"features.f_max={f_max:g} is above half the sample rate, {half:g} Hz, where there is "
            "nothing; leave it away, or choose a higher data.sample_rate."
        )
    end = (
        f"half the sample rate, {half:g}"
        if f_max is None
        else f"features.f_max={f_max:g}"
    )
    if f_min >= (half if f_max is None else f_max):
        raise UserError(f"features.f_min={f_min:g} should be below {end} Hz.")
