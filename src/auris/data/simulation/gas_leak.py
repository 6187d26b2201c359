"""Gas leaks, simulated: a machine in an industrial hall and, in half of the test clips, a jet of gas (`jet`).

A clip is planned in scalars, and its noises are known by their spectra: so levels are computed rather than measured,
and hold at any sample rate. Assumptions: all ranges drawn from; a machine of one shaft with teeth or blades and one
bearing; the hall acts on noise through its power only (colour, build-up, decay); machines never stop.
Knocks and valves are normal: puffs are jets as well, but from wider holes, so of lower pitch, and soon over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from auris.acoustics import jet_noise as jet
from auris.acoustics.voice import Signal, random_path, slope_gain

LABELS = ("normal", "leak")


DEFAULT_SNR = -8.0  # dB


NORMAL = 300  # clips to train and validate on, before those to test on


TAKES = 4  # clips of one session, in turn


HEARD = np.arange(
    10.0, 8000.0, 10.0
)  # Hz: levels in dB are those of this band, whatever the sample rate


TURN = 2**14  # samples of one revolution of the machine


Row = tuple[str, str, int, str]  # name, label, group, split


Shape = Callable[
    [Signal], Signal
]  # power per Hz (F,) at frequencies (F,), up to a factor


@dataclass(frozen=True)
class Session:
    """A machine, a hall and a microphone. Levels are in dB, with the noise of the hall at 0."""

    gain: float  # dB, the noise of the hall to full scale
    slope: float  # dB per octave of the hall's noise
    volume: float  # m^3
    rt60: float  # s
    speed: float  # revolutions a second
    teeth: int  # of a gear, or blades of a fan
    tone: float  # dB, all lines of the machine
    mesh: float  # dB, lines of the teeth to those of the shaft
    fall: float  # dB per octave of the lines
    bearing: float  # dB, its noise
    ring: float  # Hz, where it resonates
    beat: float  # how deep the rotation modulates both, 0 to 1
    floor: float  # dB, noise of microphone and recorder to full scale
    knocks: float  # a second
    puffs: float  # a second


@dataclass(frozen=True)
class Event:
    """A knock or a puff of a valve: a burst of noise."""

    start: float  # s
    decay: float  # s, in which it falls by 8.7 dB
    level: float  # dB, when it starts
    peak: float  # Hz, of its spectrum


@dataclass(frozen=True)
class Leak:
    """A hole in a pipe or a hose."""

    diameter: float  # m
    ratio: float  # of the absolute pressures inside and outside
    distance: float  # m
    onset: float  # s, minus infinity where the leak is older than the clip


def place(index: int, normal: int = NORMAL) -> tuple[str, int]:
    """Label and group of clip `index`: sessions have `TAKES` clips, in tests every second with a leak."""
    if index < normal:
        return LABELS[0], index // TAKES
    return LABELS[(index - normal) % 2], -(-normal // TAKES) + (index - normal) // TAKES


def session(group: int, seed: int = 0) -> Session:
    """The session `group`, from its own generator."""
    draw = np.random.default_rng([seed, 0, group]).uniform
    return Session(
        gain=draw(-40, -26),
        slope=draw(-8.8, -7.8),
        volume=draw(1e3, 2e4),
        rt60=draw(0.6, 2.5),
        speed=draw(15, 50),
        teeth=int(draw(5, 40)),
        tone=draw(-4, 4),
        mesh=draw(-8, 0),
        fall=draw(-18, -13),
        bearing=draw(-40, -32),
        ring=draw(1200, 3000),
        beat=draw(0.1, 0.6),
        floor=draw(-59, -56),
        knocks=draw(0, 0.3),
        puffs=draw(0, 0.15),
    )


def moment(who: Session, rng: np.random.Generator) -> Session:
    """The session as one clip finds it: another load and speed of the machine, another place of the microphone."""
    gain, load, pace = rng.uniform(-3, 3, 3)
    speed = who.speed * (1 + pace / 100)
    return replace(
        who,
        gain=who.gain + gain,
        tone=who.tone + load,
        bearing=who.bearing + load,
        speed=speed,
    )


def events(who: Session, duration: float, rng: np.random.Generator) -> list[Event]:
    """Knocks, low and short, and puffs of valves. That knocks have a jet's breadth of spectrum is an assumption."""
    knocks, puffs = (
        rng.poisson(who.knocks * duration),
        rng.poisson(who.puffs * duration),
    )
    draw = rng.uniform
    return [
        *(
            Event(draw(0, duration), draw(0.01, 0.06), draw(-9, 9), draw(150, 1000))
            for _ in range(knocks)
        ),
        *(
            Event(
                draw(0, duration),
                draw(0.05, 0.25),
                draw(-18, 0),
                jet.peak_frequency(draw(2, 8), draw(0.015, 0.04)),
            )
            for _ in range(puffs)
        ),
    ]


def leak(duration: float, rng: np.random.Generator) -> Leak:
    """A leak, small or large, near or far; a third of them begin within the clip."""

    def draw(low: float, high: float) -> float:
        return float(np.exp(rng.uniform(np.log(low), np.log(high))))

    onset = rng.uniform(0.1, 0.8) * duration if rng.random() < 1 / 3 else -np.inf
    return Leak(rng.uniform(0.5e-3, 3e-3), draw(1.7, 8), draw(2, 15), onset)


def arriving(f: Signal, hole: Leak, who: Session) -> Signal:
    """Power per Hz (2, F) of a leak at the microphone, direct and diffuse, up to a factor."""
    peak = jet.peak_frequency(hole.ratio, hole.diameter)
    source = (
        jet.sound_power(hole.ratio, hole.diameter) * jet.jet_spectrum(f, peak) / peak
    )
    return source * np.stack(
        [jet.direct_power(f, hole.distance), jet.diffuse_power(f, who.volume, who.rt60)]
    )


def strength(hole: Leak, who: Session) -> float:
    """Level of a leak in dB, up to a constant."""
    return 10 * float(np.log10(arriving(HEARD, hole, who).sum()))


@cache
def usual_strength(count: int = 400) -> float:
    """The mean of `strength` over leaks and sessions in dB."""
    draws = (
        (leak(1.0, np.random.default_rng([0, 3, i])), session(i)) for i in range(count)
    )
    return float(np.mean([strength(hole, who) for hole, who in draws]))


def steady(who: Session) -> float:
    """Level of the background without its events in dB, the hall at 0."""
    return 10 * float(
        np.log10(
            np.sum(
                10 ** (np.array([0, who.tone, who.bearing, who.floor - who.gain]) / 10)
            )
        )
    )


def noise(
    shape: Shape, level: float, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """Gaussian noise (size,) with a spectrum of `shape` and `level` dB in the band HEARD."""
    f = np.fft.rfftfreq(size, 1 / rate)
    density = shape(f) / (np.sum(shape(HEARD)) * HEARD[0]) * 10 ** (level / 10)
    real, imaginary = rng.standard_normal((2, len(f)), np.float32)
    return np.fft.irfft(
        (real + 1j * imaginary) * np.sqrt(density * rate * size / 4).astype(np.float32),
        size,
    )


def turn(who: Session, rate: int, rng: np.random.Generator) -> Signal:
    """One revolution of the machine (TURN,): harmonics of the shaft, those of the teeth with lines beside them."""
    order = np.arange(1, int(0.95 * HEARD[-1] / who.speed))
    falling = 10 ** (who.fall / 20 * np.log2(order))
    teeth = np.where(
        order % who.teeth, 0, 10 ** (who.mesh / 20) * falling / falling[who.teeth - 1]
    )
    size = falling + np.convolve(teeth, (who.beat / 2, 1, who.beat / 2), "same")
    lines = np.zeros(TURN // 2 + 1, complex)
    lines[order] = size * (rng.standard_normal((len(order), 2)) @ (1, 1j))
    lines *= 10 ** (who.tone / 20) / np.sqrt(np.sum(np.abs(lines) ** 2) / 2)
    lines[int(0.475 * rate / who.speed) :] = 0  # none is aliased
    return np.fft.irfft(lines, norm="forward") / 2


def machine(
    who: Session, cycle: Signal, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """Lines and bearing (size,) of a machine that repeats `cycle` (TURN,) at a speed that wanders."""
    speed = who.speed * (1 + 0.005 * random_path(rng, size / rate, 0.8, size))
    phase = (np.cumsum(speed) / rate + rng.random()) % 1
    beat = 1 + who.beat * np.cos(2 * np.pi * phase)
    bearing = noise(
        lambda f: f**2 / ((f**2 - who.ring**2) ** 2 + (f * who.ring) ** 2),
        who.bearing,
        size,
        rate,
        rng,
    )
    return (
        np.interp(phase * TURN, np.arange(TURN + 1), np.append(cycle, cycle[0]))
        + bearing * beat
    )


def burst(
    event: Event, who: Session, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """An event (T,), at most `size` long: its decay, then the hall's, which starts 10 dB below (an assumption)."""
    t = np.arange(min(size, int(who.rt60 * rate))) / rate
    sound = noise(
        lambda f: jet.jet_spectrum(f, event.peak), event.level, len(t), rate, rng
    )
    return sound * np.sqrt(
        np.exp(-2 * t / event.decay) + 0.1 * 10 ** (-6 * t / who.rt60)
    )


def background(
    who: Session,
    cycle: Signal,
    plan: list[Event],
    size: int,
    rate: int,
    rng: np.random.Generator,
) -> Signal:
    """All that is normal (size,): machine, hall, microphone and events."""
    sound = machine(who, cycle, size, rate, rng) + noise(
        np.ones_like, who.floor - who.gain, size, rate, rng
    )
    sound += noise(lambda f: slope_gain(f, who.slope) ** 2, 0, size, rate, rng)
    for event in plan:
        begin = min(int(event.start * rate), size - 1)
        sound[begin:][: int(who.rt60 * rate)] += burst(
            event, who, size - begin, rate, rng
        )
    return sound


def leaking(
    hole: Leak, who: Session, snr: float, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """The sound of a leak (size,): from its onset the direct sound, and the diffuse field as it builds up.

    A usual leak is `snr` dB above the steady background once the hall is filled, another as its strength differs.
    """
    level = steady(who) + snr + strength(hole, who) - usual_strength()
    sound = noise(lambda f: arriving(f, hole, who).sum(0), level, size, rate, rng)
    near, far = arriving(HEARD, hole, who).sum(1)
    since = np.maximum(np.arange(size) / rate - hole.onset, 0)
    return sound * np.sqrt(
        (since > 0) * (1 - far / (near + far) * 10 ** (-6 * since / who.rt60))
    )


def simulate(
    index: int,
    sample_rate: int = 16000,
    duration: float = 5.0,
    seed: int = 0,
    snr: float = DEFAULT_SNR,
    normal: int = NORMAL,
) -> NDArray[np.float32]:
    """Clip `index` (T,) of `table`, |x| <= 1, the same whichever other clips are made.

    `snr` in dB makes the task easy or hard: leaks are on average that far above the background, each by its size,
    pressure and distance. All but the leak is drawn alike for both labels, and loudness by far more than leaks add.
    """
    label, group = place(index, normal)
    rng, hiss = (
        np.random.default_rng([seed, 1, index]),
        np.random.default_rng([seed, 2, index]),
    )
    who, size = moment(session(group, seed), rng), int(duration * sample_rate)
    cycle = turn(who, sample_rate, np.random.default_rng([seed, 4, group]))
    clip = background(who, cycle, events(who, duration, rng), size, sample_rate, hiss)
    if label == "leak":
        hole = leak(duration, np.random.default_rng([seed, 3, index]))
        clip += leaking(hole, who, snr, size, sample_rate, hiss)
    clip *= 10 ** (who.gain / 20)
    return (clip / max(1, np.abs(clip).max())).astype(np.float32)


def table(normal: int = NORMAL, test: int = 200, seed: int = 0) -> list[Row]:
    """Rows (name, label, group, split), row i for clip i: first `normal` clips to train on, a fifth to validate.

    Then `test` clips of other sessions, half of them with a leak. No session is in two of the sets.
    """
    count = -(-normal // TAKES)
    held = set(
        np.random.default_rng([seed, 5]).permutation(count)[: -(-count // 5)].tolist()
    )
    places = [place(i, normal) for i in range(normal + test)]
    splits = [
        "test" if g >= count else "val" if g in held else "train" for _, g in places
    ]
    rows = zip(places, splits, strict=True)
    return [
        (f"{label}-{g:03d}-{i:04d}", label, g, split)
        for i, ((label, g), split) in enumerate(rows)
    ]
