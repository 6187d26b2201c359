"""Gas leaks, simulated: a machine in a hall and, in half of the test clips, a jet of gas.

A clip is planned in scalars, and its noises are known by their spectra: so levels are computed
rather than measured, and hold at any sample rate. Assumptions: all ranges drawn from; a machine
of one shaft with teeth or blades and one bearing; the hall acts on noise through its power only
(colour, build-up, decay); machines never stop. Knocks and valves are normal: puffs are jets as
well, but from wider holes, so of lower pitch, and soon over.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from auris.acoustics import jet_noise as jet
from auris.acoustics.voice import Signal, random_path, slope_gain
from auris.data.simulation.signals import gain_of, limit_peak, white_spectrum
from auris.data.simulation.simulator import AnomalySimulator

LABELS = ("normal", "leak")

TAKES = 4  # clips of one session, in turn

# Hz: levels in dB are those of it, at any sample rate
BAND = np.arange(10.0, 8000.0, 10.0)

REVOLUTION = 2**14  # samples of one revolution of the machine

# power per Hz (F,) at frequencies (F,), up to a factor
Shape = Callable[[Signal], Signal]


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


def locate_clip(index: int, train_size: int) -> tuple[str, int]:
    """Label and group of a clip: sessions have `TAKES`, in tests every second with a leak."""
    if index < train_size:
        return LABELS[0], index // TAKES
    number = index - train_size
    return LABELS[number % 2], _count_sessions(train_size) + number // TAKES


def _count_sessions(clips: int) -> int:
    return -(-clips // TAKES)


def draw_session(group: int, seed: int = 0) -> Session:
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


def vary_session(session: Session, rng: np.random.Generator) -> Session:
    """The session as one clip finds it: another load and speed, another place to listen."""
    gain, load, pace = rng.uniform(-3, 3, 3)
    return replace(
        session,
        gain=session.gain + gain,
        tone=session.tone + load,
        bearing=session.bearing + load,
        speed=session.speed * (1 + pace / 100),
    )


def _draw_events(
    session: Session, duration: float, rng: np.random.Generator
) -> list[Event]:
    """Knocks, low and short, and puffs of valves."""
    knocks = rng.poisson(session.knocks * duration)
    puffs = rng.poisson(session.puffs * duration)
    events = [_draw_knock(duration, rng) for _ in range(knocks)]
    events += [_draw_puff(duration, rng) for _ in range(puffs)]
    return events


def _draw_knock(duration: float, rng: np.random.Generator) -> Event:
    """That a knock has a jet's breadth of spectrum is an assumption."""
    draw = rng.uniform
    return Event(
        start=draw(0, duration),
        decay=draw(0.01, 0.06),
        level=draw(-9, 9),
        peak=draw(150, 1000),
    )


def _draw_puff(duration: float, rng: np.random.Generator) -> Event:
    draw = rng.uniform
    return Event(
        start=draw(0, duration),
        decay=draw(0.05, 0.25),
        level=draw(-18, 0),
        peak=jet.peak_frequency(draw(2, 8), draw(0.015, 0.04)),
    )


def draw_leak(duration: float, rng: np.random.Generator) -> Leak:
    """A leak, small or large, near or far; a third of them begin within the clip."""
    starts_late = rng.random() < 1 / 3
    onset = rng.uniform(0.1, 0.8) * duration if starts_late else -np.inf
    return Leak(
        diameter=rng.uniform(0.5e-3, 3e-3),
        ratio=_draw_log_uniform(1.7, 8, rng),
        distance=_draw_log_uniform(2, 15, rng),
        onset=onset,
    )


def _draw_log_uniform(low: float, high: float, rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def leak_power(f: Signal, leak: Leak, session: Session) -> Signal:
    """Power per Hz (2, F) at the microphone, direct and diffuse, up to a factor."""
    peak = jet.peak_frequency(leak.ratio, leak.diameter)
    power = jet.sound_power(leak.ratio, leak.diameter)
    emitted = power * jet.jet_spectrum(f, peak) / peak
    direct = jet.direct_power(f, leak.distance)
    diffuse = jet.diffuse_power(f, session.volume, session.rt60)
    return emitted * np.stack([direct, diffuse])


def leak_level(leak: Leak, session: Session) -> float:
    """Level of a leak in dB, up to a constant."""
    return 10 * float(np.log10(leak_power(BAND, leak, session).sum()))


@cache
def mean_leak_level(count: int = 400) -> float:
    """The mean of `leak_level` over leaks and sessions in dB."""
    levels = []
    for number in range(count):
        leak = draw_leak(1.0, np.random.default_rng([0, 3, number]))
        levels.append(leak_level(leak, draw_session(number)))
    return float(np.mean(levels))


def background_level(session: Session) -> float:
    """Level of the background without its events in dB, the hall at 0."""
    floor = session.floor - session.gain
    levels = np.array([0, session.tone, session.bearing, floor])
    powers = 10 ** (levels / 10)
    return 10 * float(np.log10(np.sum(powers)))


def shaped_noise(
    shape: Shape, level: float, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """Gaussian noise (size,) with a spectrum of `shape` and `level` dB in `BAND`."""
    f = np.fft.rfftfreq(size, 1 / rate)
    step = BAND[0]
    total = np.sum(shape(BAND)) * step
    density = shape(f) / total * 10 ** (level / 10)
    power = density * rate * size / 4
    amplitude = np.sqrt(power).astype(np.float32)
    white = white_spectrum(len(f), rng)
    return np.fft.irfft(white * amplitude, size)


def draw_revolution(session: Session, rate: int, rng: np.random.Generator) -> Signal:
    """One revolution (REVOLUTION,) of the machine, all of whose lines are harmonics of it."""
    top = 0.95 * BAND[-1] / session.speed
    order = np.arange(1, int(top))
    lines = np.zeros(REVOLUTION // 2 + 1, complex)
    phasors = rng.standard_normal((len(order), 2)) @ (1, 1j)
    lines[order] = _line_amplitudes(session, order) * phasors
    power = np.sum(np.abs(lines) ** 2) / 2
    lines *= gain_of(session.tone) / np.sqrt(power)
    alias = int(0.475 * rate / session.speed)
    lines[alias:] = 0
    return np.fft.irfft(lines, norm="forward") / 2


def _line_amplitudes(session: Session, order: NDArray[np.integer]) -> Signal:
    """Sizes of harmonics (N,) of the shaft, and of those of the teeth with lines beside them."""
    octaves = np.log2(order)
    shaft = 10 ** (session.fall / 20 * octaves)
    first = shaft[session.teeth - 1]
    mesh = gain_of(session.mesh) * shaft / first
    is_between = order % session.teeth
    teeth = np.where(is_between, 0, mesh)
    side = session.beat / 2
    return shaft + np.convolve(teeth, (side, 1, side), "same")


def _machine_sound(
    session: Session,
    revolution: Signal,
    size: int,
    rate: int,
    rng: np.random.Generator,
) -> Signal:
    """Lines and bearing (size,) of a machine whose speed wanders."""
    drift = random_path(rng, size / rate, 0.8, size)
    speed = session.speed * (1 + 0.005 * drift)
    phase = (np.cumsum(speed) / rate + rng.random()) % 1
    beat = 1 + session.beat * np.cos(2 * np.pi * phase)
    bearing = shaped_noise(
        lambda f: _bearing_power(f, session.ring),
        session.bearing,
        size,
        rate,
        rng,
    )
    places = np.arange(REVOLUTION + 1)
    closed = np.append(revolution, revolution[0])
    lines = np.interp(phase * REVOLUTION, places, closed)
    return lines + bearing * beat


def _bearing_power(f: Signal, ring: float) -> Signal:
    """Power (F,) at f (F,) of a resonance at `ring`, all in Hz."""
    detuning = f**2 - ring**2
    return f**2 / (detuning**2 + (f * ring) ** 2)


def _event_sound(
    event: Event, session: Session, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """An event (T,), at most `size` long: its decay, then the hall's.

    That the hall's starts 10 dB below is an assumption.
    """
    longest = int(session.rt60 * rate)
    samples = min(size, longest)
    sound = shaped_noise(
        lambda f: jet.jet_spectrum(f, event.peak),
        event.level,
        samples,
        rate,
        rng,
    )
    t = np.arange(samples) / rate
    own = np.exp(-2 * t / event.decay)
    hall = 0.1 * 10 ** (-6 * t / session.rt60)
    return sound * np.sqrt(own + hall)


def _background_sound(
    session: Session,
    revolution: Signal,
    events: list[Event],
    size: int,
    rate: int,
    rng: np.random.Generator,
) -> Signal:
    """All that is normal (size,): machine, microphone, hall and events."""
    machine = _machine_sound(session, revolution, size, rate, rng)
    floor = session.floor - session.gain
    own = shaped_noise(np.ones_like, floor, size, rate, rng)
    hall = shaped_noise(
        lambda f: slope_gain(f, session.slope) ** 2,
        0,
        size,
        rate,
        rng,
    )
    sound = machine + own + hall
    for event in events:
        begin = min(int(event.start * rate), size - 1)
        burst = _event_sound(event, session, size - begin, rate, rng)
        end = begin + len(burst)
        sound[begin:end] += burst
    return sound


def leak_sound(
    leak: Leak,
    session: Session,
    snr: float,
    size: int,
    rate: int,
    rng: np.random.Generator,
) -> Signal:
    """A leak (size,): from its onset the direct sound, and the diffuse field as it builds up.

    A usual leak is `snr` dB above the steady background once the hall is filled, another one as
    its level differs.
    """
    usual = background_level(session) + snr
    level = usual + leak_level(leak, session) - mean_leak_level()
    sound = shaped_noise(
        lambda f: leak_power(f, leak, session).sum(0),
        level,
        size,
        rate,
        rng,
    )
    direct, diffuse = leak_power(BAND, leak, session).sum(1)
    t = np.arange(size) / rate
    since = np.maximum(t - leak.onset, 0)
    decay = 10 ** (-6 * since / session.rt60)
    missing = diffuse / (direct + diffuse) * decay
    has_begun = since > 0
    return sound * np.sqrt(has_begun * (1 - missing))


@dataclass(frozen=True)
class GasLeakSimulator(AnomalySimulator):
    """Makes clips of machines. A usual leak is `snr` dB above the background.

    Others differ by size, pressure and distance. All but the leak is drawn alike for both labels,
    and loudness by far more than leaks add.
    """

    snr: float = -8.0

    def simulate(self, index: int) -> Signal:
        label, group = locate_clip(index, self.train_size)
        rng = self.rng(1, index)
        sound_rng = self.rng(2, index)
        usual = draw_session(group, self.seed)
        session = vary_session(usual, rng)
        rate = self.sample_rate
        revolution = draw_revolution(session, rate, self.rng(4, group))
        events = _draw_events(session, self.duration, rng)
        clip = _background_sound(
            session,
            revolution,
            events,
            self.samples,
            rate,
            sound_rng,
        )
        if label == "leak":
            leak = draw_leak(self.duration, self.rng(3, index))
            clip += leak_sound(
                leak,
                session,
                self.snr,
                self.samples,
                rate,
                sound_rng,
            )
        return limit_peak(clip * gain_of(session.gain))

    def list_rows(self) -> list[tuple[str, str, int, str]]:
        rows = []
        splits = self._draw_splits()
        for index in range(len(self)):
            label, group = locate_clip(index, self.train_size)
            name = f"{label}-{group:03d}-{index:04d}"
            rows.append((name, label, group, splits.get(group, "test")))
        return rows

    def _draw_splits(self) -> dict[int, str]:
        """Which sessions train, and which fifth of them validates."""
        count = _count_sessions(self.train_size)
        shuffled = self.rng(5).permutation(count).tolist()
        val = set(shuffled[: -(-count // 5)])
        return {group: "val" if group in val else "train" for group in range(count)}
