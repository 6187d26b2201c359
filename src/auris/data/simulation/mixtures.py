"""Mixtures of recordings: several at once, at levels that are drawn, so that the truth is known."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from auris.data import audio
from auris.data.clips import Clip
from auris.data.simulation.simulator import ClipSimulator, Interval, SimulatedClip

_TEAM = 6  # groups of recordings that are mixed with each other alone
_PEAK = 0.5  # of full scale
_FAINTEST = 1e-5  # of full scale: what is below is silence


class Part(NamedTuple):
    """What must stay apart from others: a fold or a split."""

    fold: int | None
    split: str | None


@dataclass(frozen=True)
class Recipe:
    """How mixtures are made."""

    size: int  # of all parts together
    sounds: tuple[int, int]  # at once, drawn evenly
    level: Interval  # dB, of each sound, drawn evenly
    duration: float  # s
    seed: int


class MixtureSimulator(ClipSimulator):
    """Mixes clips of one part of a data set, a fold or a split, with each other.

    Within a part, groups of recordings are in teams, and those of other teams are never mixed:
    so a team is what mixtures have in common, and intervals can count teams.

    Each clip has a fold or a split.
    """

    columns = ("label", "fold", "split", "group")

    def __init__(
        self,
        clips: Sequence[Clip],
        recipe: Recipe,
        sample_rate: int,
        separator: str,
    ):
        self.clips = clips
        self.parts = [Part(clip.fold, clip.split) for clip in clips]
        self.recipe = recipe
        self.sample_rate = sample_rate
        self.separator = separator

    def __len__(self) -> int:
        return self.recipe.size

    def make_clip(self, index: int) -> SimulatedClip:
        draw = self._rng(1, index)
        # parts have as many mixtures as recordings, and take turns
        part = self.parts[index * len(self.parts) // len(self)]
        teams = self.teams[part]
        team = int(draw.integers(len(teams)))
        low, high = self.recipe.sounds
        groups = list(teams[team].values())
        count = min(int(draw.integers(low, high + 1)), len(groups))
        chosen = draw.choice(len(groups), count, replace=False)
        clips = [groups[at][draw.integers(len(groups[at]))] for at in chosen]
        wave = sum(self._render(clip, draw) for clip in clips)
        wave = _PEAK * wave / max(np.abs(wave).max(), _FAINTEST)
        labels = sorted({clip.label for clip in clips})
        label = self.separator.join(labels)
        group = f"{'_'.join(str(name) for name in part if name)}_{team}"
        return SimulatedClip((f"{index:05}", label, *part, group), wave)

    @cached_property
    def teams(self) -> dict[Part, list[dict[str, list[Clip]]]]:
        """The teams of each part: the clips of each of their groups."""
        groups: dict[Part, dict[str, list[Clip]]] = defaultdict(dict)
        for part, clip in zip(self.parts, self.clips, strict=True):
            groups[part].setdefault(clip.group, []).append(clip)
        return {
            part: self._draw_teams(own, number)
            for number, (part, own) in enumerate(groups.items())
        }

    def _draw_teams(
        self, groups: dict[str, list[Clip]], number: int
    ) -> list[dict[str, list[Clip]]]:
        names = self._rng(0, number).permutation(sorted(groups)).tolist()
        count = max(1, len(names) // _TEAM)
        return [
            {name: groups[name] for name in names[at::count]} for at in range(count)
        ]

    def _render(self, clip: Clip, draw: np.random.Generator) -> np.ndarray:
        """A clip (T,) somewhere in the mixture, or a stretch of it, at a level of its own."""
        samples = round(self.recipe.duration * self.sample_rate)
        wave = audio.read_samples(clip.path, self.sample_rate, clip.start, clip.stop)
        sound = wave.mean(0)  # (C, t) -> (t,)
        spare = samples - len(sound)
        if spare < 0:
            first = draw.integers(-spare + 1)
            sound = sound[first : first + samples]
        level = 10 ** (draw.uniform(*self.recipe.level) / 20)
        power = np.sqrt(np.mean(np.square(sound)))
        mixed = np.zeros(samples)
        start = draw.integers(spare + 1) if spare > 0 else 0
        mixed[start : start + len(sound)] = level * sound / max(power, _FAINTEST)
        return mixed

    def _rng(self, *numbers: int) -> np.random.Generator:
        return np.random.default_rng([self.recipe.seed, *numbers])
