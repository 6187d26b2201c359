"""Cats and crying babies, simulated: a stand-in for two classes of ESC-50 (Piczak 2015).

Both animals run through one synthesiser (`voice`) and differ only in the ranges of `Animal`,
which overlap as the animals do: like pitch, like tracts. What tells them apart is how they move:
a meow opens the mouth and closes it again ("m-i-a-o-u"); a cry is a train of exhalations with the
mouth open, with gasps between, breaks and leaps of register. Room, noise, microphone, level and
padding know nothing of the class.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from auris.acoustics.voice import (
    Signal,
    apply_formants,
    glottal_source,
    random_path,
    slope_gain,
    smooth_path,
    tract_formants,
)
from auris.data.simulation.signals import gain_of, mean_power, white_spectrum
from auris.data.simulation.simulator import ClipSimulator, Interval, SimulatedClip

CLASSES = ("cat", "crying_baby")
TAKES = (
    2,
    1,
    3,
)  # clips cut from one recording, in turn: ESC-50 has one to three for most


@dataclass(frozen=True)
class Animal:
    """What a species may do: ranges to draw from, and the chances of an event per call."""

    pitch: Interval  # Hz
    tract: Interval  # m
    span: Interval  # s, one call
    pause: Interval  # s, between calls
    peak: Interval  # where in the call the pitch peaks, 0 to 1
    onset: Interval  # how open the mouth is at first, 0 to 1
    close: Interval  # and at last
    glide: Interval  # how far the tongue moves back, 0 to 1
    breath: Interval  # dB, breath noise to voice
    jitter: Interval  # relative deviation of pitch
    gasp: float
    leap: float
    rough: float
    stop: float


# Pitch, length and melody of meows: Nicastro 2004 (J. Comp. Psychol. 118:287-296); Schötz, van de
# Weijer & Eklund 2019 (PeerJ Preprints 27926). Moving vowels: Shipley, Carterette & Buchwald 1991
# (J. Acoust. Soc. Am. 89:902-909). The tract's length is an assumption, from the size of the
# head.
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


# Phonation near 300 to 600 Hz, hyperphonation an octave up, dysphonation, breaks and
# inspirations: LaGasse, Neal & Lester 2005 (Ment. Retard. Dev. Disabil. Res. Rev. 11:83-93). A
# tube that moves little: Lieberman et al. 1971 (J. Speech Hear. Res. 14:718-727); its length:
# Vorperian et al. 2005 (J. Acoust. Soc. Am. 117:338).
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
class RecordedAnimal:
    """What all takes of a recording share: one animal in one mood, one room, one microphone."""

    animal: Animal
    pitch: float  # Hz
    tract: float  # m
    closing: (
        float  # part of the glottal period in which the flow stops: small is bright
    )
    breath: float  # dB
    jitter: float
    haste: float  # factor on pauses
    rt60: float  # s
    reverb: float  # dB, reverberation to direct sound
    slope: float  # dB per octave of the noise
    snr: float  # dB
    band: Interval  # Hz, where the microphone is down by 3 dB
    tilt: float  # dB per octave of the microphone


@dataclass(frozen=True)
class Call:
    """One meow, cry or gasp: scalars only, so that no plan depends on the sample rate."""

    start: float  # s
    span: float  # s
    level: float  # dB
    # onset, peak and end of the melody, to the animal's pitch
    octaves: tuple[float, float, float]
    peak: float  # where the melody peaks, 0 to 1
    mouth: tuple[float, float, float]  # how open
    front: Interval  # the tongue, from first to last
    breath: float  # dB
    leap: Interval = (
        2.0,
        2.0,
    )  # the part of the call in the upper register; beyond 1: none
    rough: float = 0.0  # depth of the subharmonic
    stop: float = -1.0  # where voicing breaks off for a moment; negative: nowhere


def locate_clip(index: int) -> tuple[str, int, int]:
    """Label, group and take of a clip: classes alternate, recordings have `TAKES` in turn."""
    label = CLASSES[index % 2]
    lap, rest = divmod(index // 2, sum(TAKES))
    ends = np.cumsum(TAKES)
    which = int(np.searchsorted(ends, rest, side="right"))
    recording = lap * len(TAKES) + which
    group = 2 * recording + index % 2
    begin = int(ends[which]) - TAKES[which]
    return label, group, rest - begin


def draw_recording(group: int, seed: int = 0) -> RecordedAnimal:
    """The recording `group`, from its own generator; all but the animal is drawn alike for both."""
    draw = np.random.default_rng([seed, 0, group]).uniform
    animal = ANIMALS[CLASSES[group % 2]]
    return RecordedAnimal(
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


def draw_utterance(who: RecordedAnimal, start: float, rng: np.random.Generator) -> Call:
    """One meow or cry."""
    animal = who.animal
    draw = rng.uniform
    lift = draw(-0.15, 0.15)
    widest = draw(0.7, 1.0)
    front = draw(0.5, 1.0)
    leap = draw(0, 0.7)
    return Call(
        start=start,
        span=draw(*animal.span),
        level=draw(-9, 0),
        peak=draw(*animal.peak),
        octaves=(lift - draw(0, 0.5), lift, lift - draw(0, 0.7)),
        mouth=(widest * draw(*animal.onset), widest, widest * draw(*animal.close)),
        front=(front, front * (1 - draw(*animal.glide))),
        breath=who.breath + draw(-4, 4),
        leap=(leap, leap + draw(0.1, 0.3)) if draw() < animal.leap else (2.0, 2.0),
        rough=draw(0.3, 0.9) if draw() < animal.rough else 0.0,
        stop=draw(0.2, 0.8) if draw() < animal.stop else -1.0,
    )


def _draw_gasp(start: float, rng: np.random.Generator) -> Call:
    """An inspiration: short, breathy and high (Wermke et al. 2018, J. Voice 32:185-191)."""
    draw = rng.uniform
    lift = draw(0.3, 1.0)
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


def _draw_calls(
    who: RecordedAnimal, duration: float, rng: np.random.Generator
) -> list[Call]:
    """The calls of a clip of `duration` s in order; the first may have begun before it."""
    calls = []
    time = rng.uniform(-0.06, 0.25) * duration
    while time < duration:
        calls.append(draw_utterance(who, time, rng))
        time += calls[-1].span + 0.1
        if rng.random() < who.animal.gasp and time < duration:
            calls.append(_draw_gasp(time, rng))
            time += calls[-1].span
        time += rng.uniform(*who.animal.pause) * who.haste
    return calls


def _render_glottis(
    call: Call, who: RecordedAnimal, rate: int, rng: np.random.Generator
) -> Signal:
    """Voice and breath of a call (T,) at the glottis."""
    size = int(call.span * rate)
    time = np.linspace(0, 1, size)
    f0 = _draw_pitch(call, who, time, rng)
    tone = glottal_source(f0, 0.4, who.closing, rate)
    shimmer = random_path(rng, call.span, 60, size)
    tone = tone * (1 + 0.1 * shimmer)
    if call.rough:  # every second pulse is weaker: lines at half the pitch
        phase = np.pi * np.cumsum(f0 / rate)
        tone *= 1 + call.rough * np.cos(phase)
    if call.stop > 0:
        away = (time - call.stop) * call.span / 0.03
        tone *= 1 - np.exp(-(away**2))
    breath = gain_of(call.breath) + 0.3 * call.rough
    return tone + breath * rng.standard_normal(size)


def _draw_pitch(
    call: Call, who: RecordedAnimal, time: Signal, rng: np.random.Generator
) -> Signal:
    """The pitch (T,) of a call in Hz, at times (T,) from 0 to 1."""
    size = len(time)
    melody = smooth_path(call.octaves, (0, call.peak, 1), size)
    begin, end = call.leap
    leaping = (time > begin) & (time < end)
    jitter = who.jitter * random_path(rng, call.span, 300, size)
    tremor = 0.02 * random_path(rng, call.span, 8, size)
    shake = jitter + tremor
    octaves = melody + leaping
    return who.pitch * 2**octaves * (1 + shake)


def _render_call(
    call: Call, who: RecordedAnimal, rate: int, rng: np.random.Generator
) -> Signal:
    """The sound of a call (T,) outside the mouth, dry; a closed mouth is a quieter one."""
    frames = max(2, int(call.span * 200))
    mouth = smooth_path(call.mouth, (0, 0.4, 1), frames)
    front = smooth_path(call.front, (0, 1), frames)
    peaks = tract_formants(who.tract, mouth, front, rate)
    source = _render_glottis(call, who, rate, rng)
    sound = apply_formants(source, peaks, rate)
    size = len(sound)
    edge = min(0.4, 0.04 / call.span)
    fade = (0, edge, 1 - edge, 1)
    sound *= smooth_path((0, 1, 1, 0), fade, size)
    at = np.linspace(0, frames - 1, size)
    loudness = 0.2 + 0.8 * mouth
    sound *= np.interp(at, np.arange(frames), loudness)
    rms = np.sqrt(mean_power(sound))
    return sound * gain_of(call.level) / rms


def render_calls(
    calls: list[Call],
    who: RecordedAnimal,
    size: int,
    rate: int,
    rng: np.random.Generator,
) -> Signal:
    """All calls (size,) in their places, cut at both ends of the clip."""
    dry = np.zeros(size, np.float32)
    for call in calls:
        sound = _render_call(call, who, rate, rng)
        begin = int(call.start * rate)
        sound = sound[max(0, -begin) : size - begin]
        dry[max(0, begin) :][: len(sound)] += sound
    return dry


def draw_room_response(
    who: RecordedAnimal, rate: int, rng: np.random.Generator
) -> Signal:
    """(T,) the direct sound, then noise that falls by 60 dB in RT60 (Moorer 1979)."""
    size = int(who.rt60 * rate)
    t = np.arange(size) / rate
    decay = 10 ** (-3 * t / who.rt60)
    is_late = t > 0.002
    taps = rng.standard_normal(size) * decay * is_late
    energy = np.sum(taps**2)
    taps *= gain_of(who.reverb) / np.sqrt(energy)
    taps[0] = 1
    return taps.astype(np.float32)


def _microphone_gain(who: RecordedAnimal, f: Signal) -> Signal:
    """Gain (F,) at frequencies f (F,): a band between two second-order slopes, and a tilt."""
    low, high = who.band
    up = np.square(np.square(f / low))
    down = np.square(np.square(f / high))
    power = up / ((1 + up) * (1 + down))
    return slope_gain(f, who.tilt) * np.sqrt(power)


def mix_at_snr(sound: Signal, noise: Signal, snr: float) -> Signal:
    """`sound` with `noise` scaled to lie `snr` dB below it, by mean power."""
    ratio = mean_power(sound) / mean_power(noise)
    return sound + noise * np.sqrt(ratio) * gain_of(-snr)


def record_sound(
    dry: Signal,
    who: RecordedAnimal,
    taps: Signal,
    rate: int,
    rng: np.random.Generator,
) -> Signal:
    """`dry` (T,) as the microphone hears it (T,): in its room, in noise."""
    size = len(dry)
    padded = 2 ** int(np.ceil(np.log2(size + len(taps))))
    f = np.fft.rfftfreq(padded, 1 / rate)
    f = f.astype(np.float32)  # half the time of these transforms
    gain = _microphone_gain(who, f)
    voice = np.fft.rfft(dry, padded)
    room = np.fft.rfft(taps, padded)
    wet = np.fft.irfft(voice * room * gain)
    white = white_spectrum(len(f), rng)
    noise = np.fft.irfft(white * slope_gain(f, who.slope) * gain)
    return mix_at_snr(wet[:size], noise[:size], who.snr)


@dataclass(frozen=True)
class CatsBabiesSimulator(ClipSimulator):
    """Makes meows and cries, by turns.

    Args:
        sample_rate: in Hz.
        duration: of a clip in s.
        seed: other numbers give other animals.
        clips: how many there are.
        folds: into which recordings are dealt.
    """

    columns = ("label", "fold", "group")

    sample_rate: int = 22050
    duration: float = 5.0
    seed: int = 0
    clips: int = 200
    folds: int = 5

    def __len__(self) -> int:
        return self.clips

    def make_clip(self, index: int) -> SimulatedClip:
        return SimulatedClip(self.rows[index], self.simulate(index))

    def simulate(self, index: int) -> Signal:
        """Clip `index` (T,), |x| <= 1.

        Its recording comes from generators of the group, the rest from generators of the index.
        """
        _, group, _ = locate_clip(index)
        who = draw_recording(group, self.seed)
        rate = self.sample_rate
        size = int(self.duration * rate)
        rng = self._rng(1, index)
        sound_rng = self._rng(2, index)
        taps = draw_room_response(who, rate, self._rng(3, group))
        calls = _draw_calls(who, self.duration, rng)
        dry = render_calls(calls, who, size, rate, sound_rng)
        clip = record_sound(dry, who, taps, rate, sound_rng)
        if rng.random() < 0.3:  # as ESC-50 pads sounds shorter than a clip
            end = int(rng.uniform(0.45, 1) * size)
            clip[end:] = 0
        gain = gain_of(rng.uniform(-30, -0.1))
        peak = np.abs(clip).max()
        return (clip * gain / peak).astype(np.float32)

    def _rng(self, *numbers: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, *numbers])

    @cached_property
    def rows(self) -> list[tuple[str, str, int, int]]:
        """(name, label, fold, group) of each clip. Folds, from 1, keep groups whole."""
        places = [locate_clip(index) for index in range(self.clips)]
        folds = self._draw_folds(places)
        return [
            (f"{folds[group]}-{group:04d}-{'ABC'[take]}", label, folds[group], group)
            for label, group, take in places
        ]

    def _draw_folds(self, places: list[tuple[str, int, int]]) -> dict[int, int]:
        """The fold of each group: large groups first, each into the fold that holds least."""
        rng = self._rng(4)
        folds = {}
        for label in CLASSES:
            groups = [group for name, group, _ in places if name == label]
            shuffled = rng.permutation(np.unique(groups)).tolist()
            filled = np.zeros(self.folds, int)
            for group in sorted(shuffled, key=groups.count, reverse=True):
                least = int(np.argmin(filled))
                folds[group] = least + 1
                filled[least] += groups.count(group)
        return folds
