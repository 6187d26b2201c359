"""Wheel-rail noise under the floor of a train, simulated: rolling and joints, and in the anomalous
clips rail defects.

Rolling noise: roughness of wavelength L shakes wheel and rail at f = V / L (Remington 1976, J.
Sound Vib. 46:419-436; Thompson 2009, "Railway Noise and Vibration", ch. 2); the contact patch
averages out what is shorter than itself, track and wheel answer with their modes. So the level
grows by about 9 dB per doubling of speed, without being told to.

A dip in the rail goes the same way, as an equivalent roughness (Wu & Thompson 2002, J. Sound Vib.
251:115-139, and 2003, 267:485-496): its spectrum reaches to about V / length, and each axle
strikes it once. Impacts gain 6 to 9 dB per doubling of speed (Vér, Ventres & Myles 1976, J. Sound
Vib. 46:395-417; Wu & Thompson 2003; Thompson 2009, ch. 10), much as rolling noise does; their
level is therefore stated relative to it.

- Joints are normal: on half of the rides the rail dips every 12 to 25 m, over more than 10 cm: a
  low thud.
- Squats are short dips (Li et al. 2008, Wear 265:1349-1355), the edges of cracks and spalls
  shorter ones: knocks and clicks. They come in rows, as on "squatty rail" (Kerr & Wilson,
  Permanent Way Institution), here evenly: periodic.

Assumptions: the microphone hears the two axles of one bogie; the contact never opens; joints are
in good order, so that they have no sharp edge; squats and cracks are equally frequent, on jointed
rail as on welded; and all ranges below for which no source is named.

Difficulty: `snr` moves the level of the impacts. At the default a few are lost in the rolling
noise. Loudness tells little, as speed and gain change it more; how the bands of a spectrum vary
over time tells nearly all.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from auris.acoustics.voice import Signal, random_path, slope_gain
from auris.data.simulation.signals import (
    Spectrum,
    gain_of,
    limit_peak,
    mean_power,
    white_spectrum,
)
from auris.data.simulation.simulator import AnomalySimulator, Interval

CLASSES = ("normal", "defect")

TAKES = 4  # clips of one ride

SPEED = (14.0, 42.0)  # m/s

REFERENCE = 25.0  # m/s: rolling noise is then `LOUDNESS` before the gain

LOUDNESS = 0.025  # RMS, of full scale

RADIATING = 500.0  # Hz: wheel and rail radiate less below (Thompson 2009, ch. 6)

WHEEL_MODES = (1750, 2550, 3400, 4300, 5250)  # Hz

SCATTER = 0.02  # deviation of distances between dips, relative


class DipKind(NamedTuple):
    """What dips of a kind are drawn from."""

    spacing: Interval  # m from dip to dip
    length: Interval  # m
    level: Interval  # dB to rolling noise, to which defects add `snr`


JOINT = DipKind((12, 25), (0.12, 0.3), (-10, 2))

SQUAT = DipKind((2.5, 9), (0.02, 0.05), (-6, 6))

# less loud than squats: rolling noise covers less of their sound
CRACK = DipKind((2.5, 9), (0.006, 0.015), (-14, -2))

Mode = tuple[float, float, float]  # Hz, loss factor, dB


@dataclass(frozen=True)
class Ride:
    """What all takes of a ride share: one train, one stretch of track, one microphone."""

    slope: (
        float  # the power spectrum of roughness falls with this power of the wavenumber
    )
    patch: float  # m, half the length of the contact patch
    modes: tuple[Mode, ...]
    sleeper: float  # m, from sleeper to sleeper
    welded: bool
    joint: tuple[float, float, float]  # m from joint to joint, m long, dB
    wheelbase: float  # m, from axle to axle
    far: float  # gain of the farther axle
    hum: float  # dB, noise of the car to rolling noise at `REFERENCE`
    gain: float  # dB
    tilt: float  # dB per octave of the microphone


@dataclass(frozen=True)
class DipRow:
    """Dips of one kind: scalars only, so that no plan depends on the sample rate."""

    at: tuple[float, ...]  # m from where the first axle is when the clip begins
    depth: tuple[float, ...]
    length: float  # m
    level: float  # dB, mean power in the clip to that of rolling noise


@dataclass(frozen=True)
class Take:
    """One clip of a ride."""

    speed: float  # m/s
    ripple: float  # depth to which passing the sleepers modulates the noise
    swing: float  # dB, change of roughness along the rail
    rows: tuple[DipRow, ...]


def locate_clip(index: int, train_size: int) -> tuple[bool, int, int]:
    """Whether a clip has a defect, its group and its take: test rides have it half and half.

    What follows from group and take alone does not depend on `train_size`.
    """
    is_test = index >= train_size
    number = index - train_size if is_test else index
    ride, take = divmod(number, TAKES)
    return bool(is_test and take % 2), 2 * ride + is_test, take


def _draw_modes(sleeper: float, rng: np.random.Generator) -> tuple[Mode, ...]:
    """The rail on its pads and pinned at the sleepers (Thompson 2009, ch. 3), and the wheel (4)."""
    draw = rng.uniform
    size = draw(0.9, 1.15)
    pads = (draw(350, 700), draw(0.6, 1.2), 0.0)
    pinned = (1070 * (0.6 / sleeper) ** 2, draw(0.05, 0.15), draw(-12, -4))
    wheel = []
    for f in WHEEL_MODES:
        wheel.append((size * f * draw(0.98, 1.02), draw(0.003, 0.015), draw(-8, 4)))
    return pads, pinned, *wheel


def _draw_kind(kind: DipKind, rng: np.random.Generator) -> tuple[float, float, float]:
    """m from dip to dip, m long, dB."""
    spacing = rng.uniform(*kind.spacing)
    length = rng.uniform(*kind.length)
    level = rng.uniform(*kind.level)
    return spacing, length, level


def draw_ride(group: int, seed: int = 0) -> Ride:
    """The ride `group`, from its own generator; whether it trains or tests makes no difference."""
    rng = np.random.default_rng([seed, 0, group])
    draw = rng.uniform
    sleeper = draw(0.57, 0.67)
    return Ride(
        slope=draw(2.6, 3.4),
        patch=draw(0.004, 0.007),
        modes=_draw_modes(sleeper, rng),
        sleeper=sleeper,
        welded=draw() < 0.5,
        joint=_draw_kind(JOINT, rng),
        wheelbase=draw(2.2, 2.8),
        far=draw(0.3, 1.0),
        hum=draw(-30, -12),
        gain=draw(-6, 6),
        tilt=draw(-1.5, 1.5),
    )


def draw_dips(
    spacing: float,
    length: float,
    level: float,
    span: Interval,
    rng: np.random.Generator,
) -> DipRow:
    """Dips on the stretch `span` in m, the first one less than `spacing` behind its beginning."""
    even = np.arange(*span, spacing) + rng.uniform(0, spacing)
    count = len(even)
    scatter = SCATTER * spacing * rng.standard_normal(count)
    at = even + scatter
    depth = gain_of(rng.normal(0, 2, count))
    return DipRow(tuple(at.tolist()), tuple(depth.tolist()), length, level)


def draw_take(
    ride: Ride, defect: bool, duration: float, snr: float, rng: np.random.Generator
) -> Take:
    """What happens in a clip of `duration` s; the defect comes last: nothing depends on it."""
    draw = rng.uniform
    speed = float(np.exp(draw(*np.log(SPEED))))
    ripple = draw(0.05, 0.3)
    swing = draw(0, 1.5)
    way = speed * duration
    behind = -ride.joint[0] - ride.wheelbase
    joints = draw_dips(*ride.joint, (behind, way), rng)
    rows = [] if ride.welded else [joints]
    if defect:
        kind = (SQUAT, CRACK)[rng.integers(2)]
        spacing, length, level = _draw_kind(kind, rng)
        begin = draw(0, 0.25) * way
        end = draw(0.75, 1) * way
        rows.append(draw_dips(spacing, length, snr + level, (begin, end), rng))
    return Take(speed, ripple, swing, tuple(rows))


def _transfer_function(ride: Ride, f: Signal) -> Spectrum:
    """Sound (F,) at f (F,) in Hz per velocity at the contact: modes, radiation and microphone."""
    total = np.zeros(len(f), np.complex64)
    for peak, loss, level in ride.modes:
        damping = 1j * loss / peak * f
        stiffness = 1 - (f / peak) ** 2
        resonance = gain_of(level) * damping / (stiffness + damping)
        total += resonance
    tilt = slope_gain(f, ride.tilt)
    radiation = tilt * f / np.hypot(f, RADIATING)
    return total * radiation


def contact_filter(ride: Ride, k: Signal) -> Signal:
    """Gain (F,) of the contact patch at wavenumbers k (F,) in rad/m (Thompson 2009, ch. 5)."""
    size = k * ride.patch
    return (1 + np.pi / 4 * size**3) ** -0.5


def _roughness_spectrum(ride: Ride, speed: float, f: Signal) -> Signal:
    """Velocity (F,) at f (F,) by roughness of power k^-slope dk, k = 2 pi f / V; level to 20 Hz."""
    k = 2 * np.pi / speed * np.maximum(f, 20)
    power = k**-ride.slope / speed
    return f * np.sqrt(power) * contact_filter(ride, k)


def dip_spectrum(ride: Ride, length: float, speed: float, f: Signal) -> Spectrum:
    """Velocity (F,) at f (F,) by a dip.

    As of a raised cosine it is half where the wavelength is `length`, then it falls as k^-3.
    """
    k = 2 * np.pi / speed * f
    shape = (1 + (k * length / 8) ** 2) ** -1.5
    return 1j * f * shape * contact_filter(ride, k)


def _strike_pulses(
    row: DipRow, ride: Ride, speed: float, size: int, rate: int
) -> Signal:
    """Pulses (size,) where one of the axles passes a dip, shared between the nearest samples."""
    at = np.asarray(row.at)
    both = np.concatenate([at, at + ride.wheelbase])
    times = both * (rate / speed)
    farther = np.multiply(row.depth, ride.far)
    pulses = np.concatenate([row.depth, farther])
    inside = (times >= 0) & (times < size - 1)
    times = times[inside]
    pulses = pulses[inside]
    first = times.astype(int)
    late = (times - first) * pulses
    early = pulses - late
    train = np.bincount(first, early, size)
    train = train + np.bincount(first + 1, late, size)
    return train.astype(np.float32)


def unit_noise(
    gain: Signal, unit: Signal, size: int, rng: np.random.Generator
) -> Signal:
    """Noise (size,) of spectrum `gain` (F,); if `gain` were `unit` (F,), its RMS would be 1."""
    white = white_spectrum(len(gain), rng)
    noise = np.fft.irfft(white * gain, size)
    energy = np.sum(np.square(unit))
    scale = size / 2 / np.sqrt(energy)
    return noise * scale


def _draw_sway(
    ride: Ride, take: Take, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """Gain (size,) along the way: rougher here than there, stiffer on sleepers than between."""
    step = take.speed / ride.sleeper / rate
    turns = np.arange(size) * step + rng.random()
    path = random_path(rng, size / rate, 2, size)
    roughness = 10 ** (take.swing / 20 * path)
    ripple = take.ripple * np.cos(2 * np.pi * turns)
    return roughness * (1 + ripple)


def record_take(
    ride: Ride, take: Take, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """What the microphone hears (size,): rolling, the car, and each row of dips at its level."""
    padded = size + rate // 2  # for the last impacts to ring in
    f = np.fft.rfftfreq(padded, 1 / rate)
    f = f.astype(np.float32)  # half the time of these transforms
    transfer = _transfer_function(ride, f)
    sway = _draw_sway(ride, take, size, rate, rng)
    gain = np.abs(transfer)
    now = gain * _roughness_spectrum(ride, take.speed, f)
    usual = gain * _roughness_spectrum(ride, REFERENCE, f)
    rolling = unit_noise(now, usual, padded, rng)[:size] * sway
    car = slope_gain(f, -6)
    hum = unit_noise(car, car, padded, rng)[:size]
    total = rolling + hum * gain_of(ride.hum)
    power = mean_power(rolling)
    for row in take.rows:
        pulses = _strike_pulses(row, ride, take.speed, padded, rate)
        dips = dip_spectrum(ride, row.length, take.speed, f)
        impacts = np.fft.irfft(np.fft.rfft(pulses) * dips * transfer, padded)[:size]
        ratio = power / (mean_power(impacts) or 1.0)  # a short clip may meet none
        total += impacts * np.sqrt(ratio) * gain_of(row.level)
    return total * LOUDNESS * gain_of(ride.gain)


@dataclass(frozen=True)
class RailDefectSimulator(AnomalySimulator):
    """Makes clips of rides. `snr` is added to the level that each defect draws from its kind.

    Train and track come from a generator of the ride, the rest from the clip's own. Clips below
    two seconds or so may be too short to meet a dip. What would exceed full scale is turned down.
    """

    snr: float = -2.0  # at which an average row of squats is as loud over all of a clip

    def simulate(self, index: int) -> Signal:
        defect, group, number = locate_clip(index, self.train_size)
        ride = draw_ride(group, self.seed)
        plan_rng = self.rng(1, group, number)
        take = draw_take(ride, defect, self.duration, self.snr, plan_rng)
        sound_rng = self.rng(2, group, number)
        clip = record_take(ride, take, self.samples, self.sample_rate, sound_rng)
        return limit_peak(clip)

    def list_rows(self) -> list[tuple[str, str, int, str]]:
        rows = []
        val = self._draw_val_rides()
        for index in range(len(self)):
            defect, group, take = locate_clip(index, self.train_size)
            split = "val" if group in val else "train"
            if index >= self.train_size:
                split = "test"
            rows.append((f"{group:04d}-{'ABCD'[take]}", CLASSES[defect], group, split))
        return rows

    def _draw_val_rides(self) -> set[int]:
        """A fifth of the normal rides."""
        groups = {
            locate_clip(index, self.train_size)[1] for index in range(self.train_size)
        }
        shuffled = self.rng(3).permutation(sorted(groups)).tolist()
        return set(shuffled[: round(len(groups) / 5)])
