"""Cats and crying babies, simulated: a stand-in for ESC-50's classes cat and crying_baby (Piczak 2015).

Both animals run through one synthesiser (`voice`) and differ only in the ranges of `Animal`, which overlap as
the animals do: like pitch, like tracts. What tells them apart is how they move: a meow opens the mouth and
closes it again ("m-i-a-o-u"); a cry is a train of exhalations with the mouth open, with gasps between, breaks
and leaps of register. Room, noise, microphone, level and padding know nothing of the class.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from auris.acoustics.voice import (
    Signal,
    apply_formants,
    glottal_source,
    random_path,
    slope_gain,
    smooth_path,
    tract_formants,
)

CLASSES = ("cat", "crying_baby")


TAKES = (
    2,
    1,
    3,
)  # clips cut from one recording, in turn: ESC-50 has one to three for most


Range = tuple[float, float]


@dataclass(frozen=True)
class Animal:
    """What a species may do: ranges to draw from, and the chances of an event per call."""

    pitch: Range  # Hz
    tract: Range  # m
    span: Range  # s, one call
    pause: Range  # s, between calls
    peak: Range  # where in the call the pitch peaks, 0 to 1
    onset: Range  # how open the mouth is at first, 0 to 1
    close: Range  # and at last
    glide: Range  # how far the tongue moves back, 0 to 1
    breath: Range  # dB, breath noise to voice
    jitter: Range  # relative deviation of pitch
    gasp: float
    leap: float
    rough: float
    stop: float


# Pitch, length and melody of meows: Nicastro 2004 (J. Comp. Psychol. 118:287-296); Schötz, van de Weijer &
# Eklund 2019 (PeerJ Preprints 27926). Moving vowels: Shipley, Carterette & Buchwald 1991 (J. Acoust. Soc. Am.
# 89:902-909). The tract's length is an assumption, from the size of the head.
CAT = Animal(
    pitch=(320, 800),
    tract=(0.070, 0.095),
    span=(0.3, 1.3),
    pause=(0.25, 1.4),
    peak=(0.15, 0.6),
    onset=(0.0, 0.5),
    close=(0.0, 0.4),
    glide=(0.4, 1.0),
    breath=(-38, -16),
    jitter=(0.002, 0.012),
    gasp=0.05,
    leap=0.03,
    rough=0.1,
    stop=0.05,
)


# Phonation near 300 to 600 Hz, hyperphonation an octave up, dysphonation, breaks and inspirations: LaGasse,
# Neal & Lester 2005 (Ment. Retard. Dev. Disabil. Res. Rev. 11:83-93). A tube that moves little: Lieberman et
# al. 1971 (J. Speech Hear. Res. 14:718-727); its length: Vorperian et al. 2005 (J. Acoust. Soc. Am. 117:338).
BABY = Animal(
    pitch=(300, 680),
    tract=(0.067, 0.092),
    span=(0.4, 1.5),
    pause=(0.2, 1.0),
    peak=(0.1, 0.7),
    onset=(0.35, 1.0),
    close=(0.4, 1.0),
    glide=(-0.2, 0.25),
    breath=(-36, -14),
    jitter=(0.003, 0.02),
    gasp=0.6,
    leap=0.2,
    rough=0.35,
    stop=0.3,
)


ANIMALS = dict(zip(CLASSES, (CAT, BABY), strict=True))


@dataclass(frozen=True)
class Recording:
    """What all takes of a recording share: one animal in one mood, one room, one microphone."""

    animal: Animal
    pitch: float  # Hz
    tract: float  # m
    closing: float  # part of the glottal period in which the flow stops: small is pressed and bright
    breath: float  # dB
    jitter: float
    haste: float  # factor on pauses
    rt60: float  # s
    reverb: float  # dB, reverberation to direct sound
    slope: float  # dB per octave of the noise
    snr: float  # dB
    band: Range  # Hz, where the microphone is down by 3 dB
    tilt: float  # dB per octave of the microphone


@dataclass(frozen=True)
class Call:
    """One meow, cry or gasp: scalars only, so that the plan of a clip does not depend on its sample rate."""

    start: float  # s
    span: float  # s
    level: float  # dB
    octaves: tuple[
        float, float, float
    ]  # onset, peak and end of the melody, to the animal's pitch
    peak: float  # where the melody peaks, 0 to 1
    mouth: tuple[float, float, float]  # how open
    front: Range  # the tongue, from first to last
    breath: float  # dB
    leap: Range = (
        2.0,
        2.0,
    )  # the part of the call in the upper register; beyond 1: none
    rough: float = 0.0  # depth of the subharmonic
    stop: float = -1.0  # where voicing breaks off for a moment; negative: nowhere


def place(index: int) -> tuple[str, int, int]:
    """Label, group and take of clip `index`: classes alternate, recordings have `TAKES` clips in turn."""
    lap, rest = divmod(index // 2, sum(TAKES))
    ends = np.cumsum(TAKES)
    which = int(np.searchsorted(ends, rest, side="right"))
    group = 2 * (lap * len(TAKES) + which) + index % 2
    return CLASSES[index % 2], group, rest - int(ends[which]) + TAKES[which]


def recording(group: int, seed: int = 0) -> Recording:
    """The recording `group`, from its own generator; what is not the animal's is drawn alike for both."""
    draw = np.random.default_rng([seed, 0, group]).uniform
    animal = ANIMALS[CLASSES[group % 2]]
    return Recording(
        animal=animal,
        pitch=float(np.exp(draw(*np.log(animal.pitch)))),
        tract=draw(*animal.tract),
        closing=draw(0.05, 0.3),
        breath=draw(*animal.breath),
        jitter=draw(*animal.jitter),
        haste=draw(0.5, 1.5),
        rt60=draw(0.1, 0.8),
        reverb=draw(-20, 3),
        slope=draw(-7, 1),
        snr=draw(0, 30),
        band=(draw(40, 300), draw(5e3, 20e3)),
        tilt=draw(-2, 2),
    )


def utterance(who: Recording, start: float, rng: np.random.Generator) -> Call:
    """One meow or cry."""
    a, draw = who.animal, rng.uniform
    lift, open_, front, leap = (
        draw(-0.15, 0.15),
        draw(0.7, 1.0),
        draw(0.5, 1.0),
        draw(0, 0.7),
    )
    return Call(
        start=start,
        span=draw(*a.span),
        level=draw(-9, 0),
        peak=draw(*a.peak),
        octaves=(lift - draw(0, 0.5), lift, lift - draw(0, 0.7)),
        mouth=(open_ * draw(*a.onset), open_, open_ * draw(*a.close)),
        front=(front, front * (1 - draw(*a.glide))),
        breath=who.breath + draw(-4, 4),
        leap=(leap, leap + draw(0.1, 0.3)) if draw() < a.leap else (2.0, 2.0),
        rough=draw(0.3, 0.9) if draw() < a.rough else 0.0,
        stop=draw(0.2, 0.8) if draw() < a.stop else -1.0,
    )


def gasp(start: float, rng: np.random.Generator) -> Call:
    """An inspiration: short, breathy and high (Wermke et al. 2018, J. Voice 32:185-191)."""
    draw, lift = rng.uniform, rng.uniform(0.3, 1.0)
    return Call(
        start=start,
        span=draw(0.1, 0.3),
        level=draw(-20, -6),
        octaves=(lift, lift, lift + draw(0, 0.5)),
        peak=0.3,
        mouth=(0.3, 0.8, 0.5),
        front=(0.6, 0.6),
        breath=draw(-3, 15),
    )


def plan(who: Recording, duration: float, rng: np.random.Generator) -> list[Call]:
    """The calls of a clip of `duration` seconds in order; the first may have begun before it."""
    calls, time = [], rng.uniform(-0.06, 0.25) * duration
    while time < duration:
        calls.append(utterance(who, time, rng))
        time += calls[-1].span + 0.1
        if rng.random() < who.animal.gasp and time < duration:
            calls.append(gasp(time, rng))
            time += calls[-1].span
        time += rng.uniform(*who.animal.pause) * who.haste
    return calls


def source(call: Call, who: Recording, rate: int, rng: np.random.Generator) -> Signal:
    """Voice and breath of a call (T,) at the glottis."""
    size = int(call.span * rate)
    part = np.linspace(0, 1, size)
    octaves = smooth_path(call.octaves, (0, call.peak, 1), size) + (
        (part > call.leap[0]) & (part < call.leap[1])
    )
    shake = who.jitter * random_path(rng, call.span, 300, size) + 0.02 * random_path(
        rng, call.span, 8, size
    )
    f0 = who.pitch * 2**octaves * (1 + shake)
    tone = glottal_source(f0, 0.4, who.closing, rate) * (
        1 + 0.1 * random_path(rng, call.span, 60, size)
    )
    if call.rough:  # every second pulse is weaker: lines at half the pitch
        tone *= 1 + call.rough * np.cos(np.pi * np.cumsum(f0 / rate))
    if call.stop > 0:
        tone *= 1 - np.exp(-(((part - call.stop) * call.span / 0.03) ** 2))
    return tone + (10 ** (call.breath / 20) + 0.3 * call.rough) * rng.standard_normal(
        size
    )


def render(call: Call, who: Recording, rate: int, rng: np.random.Generator) -> Signal:
    """The sound of a call (T,) outside the mouth, dry; a closed mouth is a quieter one."""
    frames = max(2, int(call.span * 200))
    mouth, front = (
        smooth_path(call.mouth, (0, 0.4, 1), frames),
        smooth_path(call.front, (0, 1), frames),
    )
    sound = apply_formants(
        source(call, who, rate, rng),
        tract_formants(who.tract, mouth, front, rate),
        rate,
    )
    edge = min(0.4, 0.04 / call.span)
    sound *= smooth_path((0, 1, 1, 0), (0, edge, 1 - edge, 1), len(sound))
    sound *= np.interp(
        np.linspace(0, frames - 1, len(sound)), np.arange(frames), 0.2 + 0.8 * mouth
    )
    return sound * 10 ** (call.level / 20) / np.sqrt(np.mean(sound**2))


def perform(
    calls: list[Call], who: Recording, size: int, rate: int, rng: np.random.Generator
) -> Signal:
    """All calls (size,) in their places, cut at both ends of the clip."""
    dry = np.zeros(size, np.float32)
    for call in calls:
        sound, begin = render(call, who, rate, rng), int(call.start * rate)
        sound = sound[max(0, -begin) : size - begin]
        dry[max(0, begin) :][: len(sound)] += sound
    return dry


def room(who: Recording, rate: int, rng: np.random.Generator) -> Signal:
    """An impulse response (T,): the direct sound, then noise that falls by 60 dB in RT60 (Moorer 1979)."""
    t = np.arange(int(who.rt60 * rate)) / rate
    taps = rng.standard_normal(len(t)) * 10 ** (-3 * t / who.rt60) * (t > 0.002)
    taps *= 10 ** (who.reverb / 20) / np.sqrt(np.sum(taps**2))
    taps[0] = 1
    return taps.astype(np.float32)


def microphone(who: Recording, f: Signal) -> Signal:
    """Gain (F,) at frequencies f (F,): a band between two second-order slopes, and a tilt."""
    up, down = (np.square(np.square(f / edge)) for edge in who.band)
    return slope_gain(f, who.tilt) * np.sqrt(up / ((1 + up) * (1 + down)))


def mix(sound: Signal, noise: Signal, snr: float) -> Signal:
    """`sound` with `noise` scaled to lie `snr` dB below it, by mean power."""
    return sound + noise * np.sqrt(np.mean(sound**2) / np.mean(noise**2)) * 10 ** (
        -snr / 20
    )


def record(
    dry: Signal, who: Recording, taps: Signal, rate: int, rng: np.random.Generator
) -> Signal:
    """`dry` (T,) as the microphone hears it (T,): in its room, in noise."""
    padded = 2 ** int(np.ceil(np.log2(len(dry) + len(taps))))
    f = np.fft.rfftfreq(padded, 1 / rate).astype(
        np.float32
    )  # float32: half the time of these transforms
    gain = microphone(who, f)
    real, imaginary = rng.standard_normal((2, len(f)), np.float32)
    wet = np.fft.irfft(np.fft.rfft(dry, padded) * np.fft.rfft(taps, padded) * gain)
    noise = np.fft.irfft((real + 1j * imaginary) * slope_gain(f, who.slope) * gain)
    return mix(wet[: len(dry)], noise[: len(dry)], who.snr)


def simulate(
    index: int, sample_rate: int = 44100, duration: float = 5.0, seed: int = 0
) -> NDArray[np.float32]:
    """Clip `index` (T,) of `table`, |x| <= 1, the same whichever other clips are made.

    Its recording comes from generators of the group, the rest from generators of the index.
    """
    _, group, _ = place(index)
    who, size = recording(group, seed), int(duration * sample_rate)
    rng, hiss = (
        np.random.default_rng([seed, 1, index]),
        np.random.default_rng([seed, 2, index]),
    )
    taps = room(who, sample_rate, np.random.default_rng([seed, 3, group]))
    dry = perform(plan(who, duration, rng), who, size, sample_rate, hiss)
    clip = record(dry, who, taps, sample_rate, hiss)
    if rng.random() < 0.3:  # as ESC-50 pads sounds shorter than a clip
        clip[int(rng.uniform(0.45, 1) * size) :] = 0
    return (clip * 10 ** (rng.uniform(-30, -0.1) / 20) / np.abs(clip).max()).astype(
        np.float32
    )


def table(
    clips: int = 200, folds: int = 5, seed: int = 0
) -> list[tuple[str, str, int, int]]:
    """Rows (name, label, fold, group), row i for clip i. Folds, from 1, are even and keep groups whole."""
    places = [place(i) for i in range(clips)]
    rng, fold = np.random.default_rng([seed, 4]), dict[int, int]()
    for label in CLASSES:
        groups = [group for name, group, _ in places if name == label]
        filled = np.zeros(folds, int)
        for group in sorted(
            rng.permutation(np.unique(groups)).tolist(), key=groups.count, reverse=True
        ):
            fold[group] = int(np.argmin(filled)) + 1
            filled[fold[group] - 1] += groups.count(group)
    return [
        (f"{fold[g]}-{g:04d}-{'ABC'[take]}", label, fold[g], g)
        for label, g, take in places
    ]
