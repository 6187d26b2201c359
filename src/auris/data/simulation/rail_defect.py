"""Wheel-rail noise under the floor of a train, simulated: rolling and joints, and in the anomalous clips rail defects.

Rolling noise: roughness of wavelength L shakes wheel and rail at f = V / L (Remington 1976, J. Sound Vib. 46:419-436;
Thompson 2009, "Railway Noise and Vibration", ch. 2); the contact patch averages out what is shorter than itself, track
and wheel answer with their modes. So the level grows by about 9 dB per doubling of speed, without being told to.

A dip in the rail goes the same way, as an equivalent roughness (Wu & Thompson 2002, J. Sound Vib. 251:115-139, and
2003, 267:485-496): its spectrum reaches to about V / length, and each axle strikes it once. Impacts gain 6 to 9 dB per
doubling of speed (Vér, Ventres & Myles 1976, J. Sound Vib. 46:395-417; Wu & Thompson 2003; Thompson 2009, ch. 10),
much as rolling noise does; their level is therefore stated relative to it.

- Joints are normal: on half of the rides the rail dips every 12 to 25 m, over more than 10 cm: a low thud.
- Squats are short dips (Li et al. 2008, Wear 265:1349-1355), the edges of cracks and spalls shorter ones: knocks and
  clicks. They come in rows, as on "squatty rail" (Kerr & Wilson, Permanent Way Institution), here evenly: periodic.

Assumptions: the microphone hears the two axles of one bogie; the contact never opens; joints are in good order, so
that they have no sharp edge; squats and cracks are equally frequent, on jointed rail as on welded; and all ranges
below for which no source is named.

Difficulty: `snr` moves the level of the impacts. At the default a few are lost in the rolling noise. Loudness tells
little, as speed and gain change it more; how the bands of a spectrum vary over time tells nearly all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auris.acoustics.voice import Signal, random_path, slope_gain
from auris.data.simulation.cats_babies import Range

CLASSES = ("normal", "defect")


NORMAL = 300  # clips for training and validation


TAKES = 4  # clips of one ride


DEFAULT_SNR = -2.0  # dB, mean power of an average row of squats to that of rolling noise, over the whole clip


SPEED = (14.0, 42.0)  # m/s


REFERENCE = 25.0  # m/s: rolling noise is then `LOUDNESS` before the gain


LOUDNESS = 0.025  # RMS, of full scale


RADIATING = 500.0  # Hz: wheel and rail radiate less below (Thompson 2009, ch. 6)


SCATTER = 0.02  # deviation of distances between dips, relative


Kind = tuple[
    Range, Range, Range
]  # m from dip to dip; m long; dB to rolling noise, to which defects add `snr`


JOINT: Kind = ((12, 25), (0.12, 0.3), (-10, 2))


SQUAT: Kind = ((2.5, 9), (0.02, 0.05), (-6, 6))


CRACK: Kind = (
    (2.5, 9),
    (0.006, 0.015),
    (-14, -2),
)  # less than squats: rolling noise covers less of their sound


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
class Row:
    """Dips of one kind: scalars only, so that the plan of a clip does not depend on its sample rate."""

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
    rows: tuple[Row, ...]


def place(index: int, normal: int = NORMAL) -> tuple[bool, int, int]:
    """Whether clip `index` has a defect, its group and its take: first `normal` clips, then test rides, half and half.

    What follows from group and take alone does not depend on `normal`.
    """
    test = index >= normal
    ride, take = divmod(index - normal * test, TAKES)
    return bool(test and take % 2), 2 * ride + test, take


def modes(sleeper: float, rng: np.random.Generator) -> tuple[Mode, ...]:
    """The rail on its pads and pinned at the sleepers (Thompson 2009, ch. 3), and the ringing wheel (ch. 4)."""
    draw = rng.uniform
    size = draw(0.9, 1.15)
    pads = (draw(350, 700), draw(0.6, 1.2), 0.0)
    pinned = (1070 * (0.6 / sleeper) ** 2, draw(0.05, 0.15), draw(-12, -4))
    wheel = [
        (size * f * draw(0.98, 1.02), draw(0.003, 0.015), draw(-8, 4))
        for f in (1750, 2550, 3400, 4300, 5250)
    ]
    return pads, pinned, *wheel


def drawn(kind: Kind, rng: np.random.Generator) -> tuple[float, float, float]:
    spacing, length, level = kind
    return rng.uniform(*spacing), rng.uniform(*length), rng.uniform(*level)


def ride(group: int, seed: int = 0) -> Ride:
    """The ride `group`, from its own generator; whether it trains or tests makes no difference."""
    rng = np.random.default_rng([seed, 0, group])
    draw = rng.uniform
    sleeper = draw(0.57, 0.67)
    return Ride(
        slope=draw(2.6, 3.4),
        patch=draw(0.004, 0.007),
        modes=modes(sleeper, rng),
        sleeper=sleeper,
        welded=draw() < 0.5,
        joint=drawn(JOINT, rng),
        wheelbase=draw(2.2, 2.8),
        far=draw(0.3, 1.0),
        hum=draw(-30, -12),
        gain=draw(-6, 6),
        tilt=draw(-1.5, 1.5),
    )


def row(
    spacing: float, length: float, level: float, span: Range, rng: np.random.Generator
) -> Row:
    """Dips on the stretch `span` in m, the first one less than `spacing` behind its beginning."""
    at = np.arange(*span, spacing) + rng.uniform(0, spacing)
    at += SCATTER * spacing * rng.standard_normal(len(at))
    depth = 10 ** (rng.normal(0, 2, len(at)) / 20)
    return Row(tuple(at.tolist()), tuple(depth.tolist()), length, level)


def plan(
    who: Ride, defect: bool, duration: float, snr: float, rng: np.random.Generator
) -> Take:
    """What happens in a clip of `duration` seconds; the defect comes last, so that nothing else depends on it."""
    draw = rng.uniform
    speed, ripple, swing = (
        float(np.exp(draw(*np.log(SPEED)))),
        draw(0.05, 0.3),
        draw(0, 1.5),
    )
    way = speed * duration
    joints = row(*who.joint, (-who.joint[0] - who.wheelbase, way), rng)
    rows = [] if who.welded else [joints]
    if defect:
        spacing, length, level = drawn((SQUAT, CRACK)[rng.integers(2)], rng)
        begin, end = draw(0, 0.25) * way, draw(0.75, 1) * way
        rows.append(row(spacing, length, snr + level, (begin, end), rng))
    return Take(speed, ripple, swing, tuple(rows))


def heard(who: Ride, f: Signal) -> NDArray[np.complexfloating]:
    """Sound (F,) at f (F,) in Hz per velocity at the contact: modes, radiation and microphone."""
    total = np.zeros(len(f), np.complex64)
    for peak, loss, level in who.modes:
        part = 1j * loss / peak * f
        total += 10 ** (level / 20) * part / (1 - (f / peak) ** 2 + part)
    return total * (slope_gain(f, who.tilt) * f / np.hypot(f, RADIATING))


def contact(who: Ride, k: Signal) -> Signal:
    """Gain (F,) of the contact patch at wavenumbers k (F,) in rad/m (Thompson 2009, ch. 5)."""
    return (1 + np.pi / 4 * (k * who.patch) ** 3) ** -0.5


def roughness(who: Ride, speed: float, f: Signal) -> Signal:
    """Velocity (F,) at f (F,) by roughness of power k^-slope dk, where k = 2 pi f / V; level below 20 Hz."""
    k = 2 * np.pi / speed * np.maximum(f, 20)
    return f * np.sqrt(k**-who.slope / speed) * contact(who, k)


def dip(
    who: Ride, length: float, speed: float, f: Signal
) -> NDArray[np.complexfloating]:
    """Velocity (F,) at f (F,) by a dip: as of a raised cosine, half where the wavelength is `length`, then as k^-3."""
    k = 2 * np.pi / speed * f
    return 1j * f * (1 + (k * length / 8) ** 2) ** -1.5 * contact(who, k)


def strikes(row: Row, who: Ride, speed: float, size: int, rate: int) -> Signal:
    """Pulses (size,) where one of the two axles passes a dip, shared between the two nearest samples."""
    at = np.asarray(row.at)
    times = np.concatenate([at, at + who.wheelbase]) * (rate / speed)
    pulses = np.concatenate([row.depth, np.multiply(row.depth, who.far)])
    inside = (times >= 0) & (times < size - 1)
    first = times[inside].astype(int)
    late = (times[inside] - first) * pulses[inside]
    train = np.bincount(first, pulses[inside] - late, size) + np.bincount(
        first + 1, late, size
    )
    return train.astype(np.float32)


def noise(gain: Signal, unit: Signal, size: int, rng: np.random.Generator) -> Signal:
    """Noise (size,) of spectrum `gain` (F,); if `gain` were `unit` (F,), its RMS would be 1."""
    real, imaginary = rng.standard_normal((2, len(gain)), np.float32)
    return np.fft.irfft((real + 1j * imaginary) * gain, size) * (
        size / 2 / np.sqrt(np.sum(np.square(unit)))
    )


def sway(
    who: Ride, take: Take, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """Gain (size,) along the way: the rail is rougher here than there, and stiffer on its sleepers than between."""
    turns = np.arange(size) * (take.speed / who.sleeper / rate) + rng.random()
    return 10 ** (take.swing / 20 * random_path(rng, size / rate, 2, size)) * (
        1 + take.ripple * np.cos(2 * np.pi * turns)
    )


def record(
    who: Ride, take: Take, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """What the microphone hears (size,): rolling noise, the noise of the car, and each row of dips at its level."""
    padded = size + rate // 2  # for the last impacts to ring in
    f = np.fft.rfftfreq(padded, 1 / rate).astype(
        np.float32
    )  # float32: half the time of these transforms
    ear, steady = heard(who, f), slope_gain(f, -6)
    change = sway(who, take, size, rate, rng)
    now, usual = (
        np.abs(ear) * roughness(who, speed, f) for speed in (take.speed, REFERENCE)
    )
    rolling = noise(now, usual, padded, rng)[:size] * change
    total = rolling + noise(steady, steady, padded, rng)[:size] * 10 ** (who.hum / 20)
    for row in take.rows:
        train = np.fft.rfft(strikes(row, who, take.speed, padded, rate))
        impacts = np.fft.irfft(
            train * dip(who, row.length, take.speed, f) * ear, padded
        )[:size]
        power = np.mean(impacts**2) or 1.0  # a short clip may meet none
        total += impacts * np.sqrt(np.mean(rolling**2) / power) * 10 ** (row.level / 20)
    return total * LOUDNESS * 10 ** (who.gain / 20)


def simulate(
    index: int,
    sample_rate: int = 16000,
    duration: float = 5.0,
    seed: int = 0,
    snr: float = DEFAULT_SNR,
    normal: int = NORMAL,
) -> NDArray[np.float32]:
    """Clip `index` (T,) of `table(normal)`, |x| <= 1, the same whichever other clips are made.

    `snr` in dB is how loud defects are: it is added to the level that each draws from its `Kind`. `sample_rate` in Hz,
    `duration` in seconds; one below two or so may be too short to meet a dip. Train and track come from a generator
    of the ride, the rest from the clip's own. What would exceed full scale is turned down.
    """
    defect, group, number = place(index, normal)
    who = ride(group, seed)
    take = plan(
        who, defect, duration, snr, np.random.default_rng([seed, 1, group, number])
    )
    hiss = np.random.default_rng([seed, 2, group, number])
    clip = record(who, take, int(duration * sample_rate), sample_rate, hiss)
    return (clip / max(1.0, np.abs(clip).max())).astype(np.float32)


def table(
    normal: int = NORMAL, test: int = 200, seed: int = 0
) -> list[tuple[str, str, int, str]]:
    """Rows (name, label, group, split), row i for clip i; a fifth of the normal rides validates."""
    places = [place(i, normal) for i in range(normal + test)]
    rides = sorted({group for _, group, _ in places[:normal]})
    val = set(
        np.random.default_rng([seed, 3])
        .permutation(rides)[: round(len(rides) / 5)]
        .tolist()
    )
    split = {
        group: "test" if group % 2 else "val" if group in val else "train"
        for _, group, _ in places
    }
    return [
        (f"{group:04d}-{'ABCD'[take]}", CLASSES[bad], group, split[group])
        for bad, group, take in places
    ]
