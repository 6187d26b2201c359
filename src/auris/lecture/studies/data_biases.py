"""A shortcut through who was recorded, and the split that finds it out."""

from math import sqrt
from typing import Annotated, final

import numpy as np
import torch
from matplotlib.axes import Axes

from auris.core.progress import track_progress
from auris.core.ranges import Range
from auris.lecture.bench import Bench, score_split
from auris.lecture.drawing import draw_picture
from auris.lecture.study import Shown, Sound, Study, law_of_value

_RATE = 8000  # Hz
_SECONDS = 0.5
_CLASSES = ("calm", "hungry")
_OWNER = r"owner(\d+)"
_SIGMAS = 4.0  # how far a share may be from its expectation
_CLOSE = 0.1  # how far the share of the random split may be


@final
class DataBiases(Study):
    """Meows of cats of which each is always in one mood, whose sound has nothing to do with it.

    Args:
        owners: each with a room and a microphone of their own.
        takes: recordings of each.
        folds: each of which tests once.
    """

    def __init__(
        self,
        owners: Annotated[int, Range(10, 1000)],
        takes: Annotated[int, Range(2, 20)],
        folds: Annotated[int, Range(3, 10)],
    ):
        self.owners = owners
        self.takes = takes
        self.folds = folds

    def show(self, bench: Bench) -> Shown:
        waves = self._record()
        splits = {"at random": "null", "owners kept apart": _OWNER}
        accuracy = {
            name: self._score(bench, waves, group, name)
            for name, group in splits.items()
        }
        by_owner = sqrt(0.25 / self.owners)
        names = list(waves)
        return Shown(
            [
                law_of_value(
                    "accuracy, split at random",
                    accuracy["at random"],
                    self._expected_at_random(),
                    _CLOSE,
                ),
                law_of_value(
                    "accuracy, owners kept apart",
                    accuracy["owners kept apart"],
                    0.5,
                    _SIGMAS * by_owner,
                ),
            ],
            [
                draw_picture(
                    lambda axes: _draw_accuracy(axes, accuracy),
                    "The same model of the same recordings, split in two ways",
                )
            ],
            sounds=[
                Sound(name, torch.from_numpy(waves[name]), _RATE)
                for name in (names[0], names[1], names[self.takes])
            ],
        )

    def _record(self) -> dict[str, np.ndarray]:
        """Waves (T,) by name; the mood follows from the owner, the sound does not tell it."""
        rng = np.random.default_rng(0)
        moods = rng.permutation(np.arange(self.owners) % 2)
        waves = {}
        for owner, mood in enumerate(moods):
            hums = rng.uniform(100, 3800, 8)
            for take in range(self.takes):
                name = f"{_CLASSES[mood]}/owner{owner:03d}_{take}.wav"
                waves[name] = _meow(rng) + _hum(rng, hums)
        return waves

    def _score(
        self, bench: Bench, waves: dict[str, np.ndarray], group: str, name: str
    ) -> float:
        """The mean accuracy over the folds."""
        scores = []
        split = (f"data.group={group}", f"data.folds={self.folds}")
        folds = range(1, self.folds + 1)
        for fold in track_progress(folds, f"Split {name}", self.folds):
            words = (*split, f"data.fold={fold}")
            fitted = bench.fit(bench.make_of(waves, _RATE, *words))
            scores.append(score_split(fitted, "test"))
        return sum(scores) / self.folds

    def _expected_at_random(self) -> float:
        """Right where another take of the owner trains, as in all folds but two; else by chance."""
        alone = (2 / self.folds) ** (self.takes - 1)
        return 1 - alone / 2


def _meow(rng: np.random.Generator) -> np.ndarray:
    """A gliding tone with overtones, of any cat in any mood."""
    time = np.arange(round(_SECONDS * _RATE)) / _RATE
    pitch = rng.uniform(400, 700) * (1 + 0.3 * np.sin(np.pi * time / _SECONDS))
    phase = 2 * np.pi * np.cumsum(pitch) / _RATE
    tones = sum(np.sin(k * phase) / k for k in range(1, 5))
    return 0.1 * np.sin(np.pi * time / _SECONDS) * tones


def _hum(rng: np.random.Generator, hums: np.ndarray) -> np.ndarray:
    """What is heard of a room: faint tones, at phases of their own in each take."""
    time = np.arange(round(_SECONDS * _RATE)) / _RATE
    phases = rng.uniform(0, 2 * np.pi, len(hums))
    tones = np.sin(2 * np.pi * hums[:, None] * time + phases[:, None]).sum(0)
    return 0.05 * tones + 1e-3 * rng.standard_normal(len(time))


def _draw_accuracy(axes: Axes, accuracy: dict[str, float]) -> None:
    axes.bar(list(accuracy), list(accuracy.values()))
    axes.axhline(0.5, linestyle="--", color="#D55E00")
    axes.set(ylabel="accuracy", ylim=(0, 1))
