"""People who talk in meetings: recorded ones, or made up."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple, final

import numpy as np
from scipy.ndimage import uniform_filter1d

from auris.acoustics.speech import draw_talker, speech_like, to_unit_power
from auris.core.errors import UserError
from auris.data import audio
from auris.data.folders import list_recordings
from auris.data.tables import read_table

_BUILT_IN = 40  # people of a set, where voices are made up
_PAUSE = 0.3  # s between two recordings
_TABLE = "clips.csv"

# what is speech of a dry recording
_FRAME = 0.01  # s
_SMOOTHED = 5  # frames over which levels are averaged
_QUIET = 0.05  # quantiles of the frames' levels: the background, and the loud ones
_LOUD = 0.95
_POSITION = 0.5  # of the threshold between them
_RANGE = 35.0  # dB below the loud ones, below which there is no speech


class Speech(NamedTuple):
    """What somebody says."""

    wave: np.ndarray  # (T,)
    is_spoken: np.ndarray  # (T,) whether it is speech, no pause

    def cut(self, first: int, last: int | None = None) -> "Speech":
        return Speech(self.wave[first:last], self.is_spoken[first:last])


_NOTHING = Speech(np.zeros(0), np.zeros(0, dtype=bool))


class Talker(ABC):
    """Somebody with a voice."""

    def __init__(self, name: str):
        self.name = name

    @abstractmethod
    def say(self, rng: np.random.Generator, seconds: float, rate: int) -> Speech:
        """Dry speech that goes on where the last one ended."""


@final
class MadeUpTalker(Talker):
    """A built-in voice: no words, but a pitch and a tract of its own."""

    def __init__(self, name: str, rng: np.random.Generator):
        super().__init__(name)
        self.voice = draw_talker(rng)

    def say(self, rng: np.random.Generator, seconds: float, rate: int) -> Speech:
        wave = speech_like(rng, seconds, rate, self.voice)
        return Speech(wave, find_speech(wave, rate))


@final
class RecordedTalker(Talker):
    """Recordings of one person, one after the other, and again from the first."""

    def __init__(self, name: str, paths: Sequence[Path], rng: np.random.Generator):
        super().__init__(name)
        self.paths = list(rng.permutation(np.array(paths, dtype=object)))
        self.rest = _NOTHING
        self.turn = 0

    def say(self, rng: np.random.Generator, seconds: float, rate: int) -> Speech:
        size = round(seconds * rate)
        while len(self.rest.wave) < size:
            path = self.paths[self.turn % len(self.paths)]
            self.turn += 1
            pause = np.zeros(round(_PAUSE * rate))
            parts = self.rest, Speech(pause, pause > 0), _read_speech(path, rate)
            self.rest = Speech(*map(np.concatenate, zip(*parts, strict=True)))
        said = self.rest.cut(0, size)
        self.rest = self.rest.cut(size)
        return said


def list_voices(voices: str | None, split: str) -> dict[str, list[Path]]:
    """The recordings of each speaker of a split; built-in voices have none.

    Args:
        voices: a folder with a folder for each speaker, with or without a table clips.csv of
            `path,label[,split]`, whose labels are the speakers; None: built-in voices.

    Without splits, every fifth speaker tests and every fifth validates. Raises `UserError` where
    there are fewer than two.
    """
    if voices is None:
        return {f"{split}{number}": [] for number in range(_BUILT_IN)}
    by_split = _read_voices(Path(voices).expanduser())
    found = by_split.get(split) or by_split.get("train", {})
    if len(found) < 2:
        raise UserError(
            f"voices={voices} has {len(found)} speakers for {split}; it should be a folder "
            "with a folder of recordings for each of many speakers."
        )
    return found


def draw_talkers(
    voices: dict[str, list[Path]], number: int, rng: np.random.Generator
) -> list[Talker]:
    """Some people. Raises `UserError` where there are not so many."""
    if number > len(voices):
        raise UserError(
            f"A meeting of {number} needs as many voices and there are {len(voices)}; lower "
            "speakers."
        )
    names = rng.choice(sorted(voices), number, replace=False).tolist()
    return [_make_talker(name, voices[name], rng) for name in names]


def _make_talker(name: str, paths: Sequence[Path], rng: np.random.Generator) -> Talker:
    if paths:
        return RecordedTalker(name, paths, rng)
    return MadeUpTalker(name, rng)


@cache
def _read_voices(root: Path) -> dict[str, dict[str, list[Path]]]:
    """The recordings of each speaker of each split."""
    table = root / _TABLE
    if table.is_file():
        return _sort_clips(table)
    by_speaker: dict[str, list[Path]] = {}
    for path in list_recordings(root) if root.is_dir() else []:
        by_speaker.setdefault(path.parent.name, []).append(path)
    return _deal_speakers(by_speaker)


def _sort_clips(table: Path) -> dict[str, dict[str, list[Path]]]:
    """The recordings that a table lists; those without a split are dealt out."""
    by_split: dict[str, dict[str, list[Path]]] = {}
    for clip in read_table(table):
        speakers = by_split.setdefault(clip.split or "", {})
        speakers.setdefault(clip.label, []).append(clip.path)
    return by_split if "" not in by_split else _deal_speakers(by_split[""])


def _deal_speakers(
    by_speaker: dict[str, list[Path]],
) -> dict[str, dict[str, list[Path]]]:
    by_split: dict[str, dict[str, list[Path]]] = {"train": {}, "val": {}, "test": {}}
    splits = ("test", "val", "train", "train", "train")
    for number, speaker in enumerate(sorted(by_speaker)):
        split = splits[number % len(splits)]
        by_split[split][speaker] = by_speaker[speaker]
    return by_split


def _read_speech(path: Path, rate: int) -> Speech:
    """A recording, of unit power, from where its speech begins to where it ends."""
    try:
        wave = audio.to_channels(audio.read_samples(path, rate), 1)[0]
    except audio.Unusable as error:
        raise UserError(f"voices: {path} can't be used: {error}.") from error
    is_spoken = find_speech(wave, rate)
    spoken = np.flatnonzero(is_spoken)
    speech = Speech(to_unit_power(wave), is_spoken)
    return speech.cut(spoken[0], spoken[-1] + 1) if len(spoken) else _NOTHING


def find_speech(wave: np.ndarray, rate: int) -> np.ndarray:
    """Whether samples (T,) of one voice without echoes are speech."""
    size = round(_FRAME * rate)
    padded = np.pad(wave, (0, -len(wave) % size))
    power = np.square(padded.reshape(-1, size)).mean(1)
    smooth = uniform_filter1d(power, _SMOOTHED)
    level = 10 * np.log10(smooth + 1e-10)
    quiet, loud = np.quantile(level, (_QUIET, _LOUD))
    threshold = max(loud - _RANGE, quiet + _POSITION * (loud - quiet))
    return np.repeat(level > threshold, size)[: len(wave)]
