"""Several recordings of a labelled data set at once, with the labels of all."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any

from auris.acoustics.quantities import Decibels, SampleRate
from auris.core.errors import UserError
from auris.core.files import content_digest
from auris.core.instantiate import Factory
from auris.core.log import info
from auris.core.ranges import Count, Length, Range, Seed
from auris.data.clips import Clip
from auris.data.columns import check_labelled
from auris.data.copies import join_copies
from auris.data.files import inspect_files
from auris.data.simulation.mixtures import MixtureSimulator, Recipe
from auris.data.simulation.writer import write_folder
from auris.data.sources.base import Collection, Source
from auris.data.sources.nested import open_nested
from auris.data.splits import check_disjoint, draw_folds
from auris.data.tables import read_table

_VERSION = 1  # raised whenever the same settings would give other mixtures


class Mixtures(Source):
    """Mixtures that are made once and kept in the store. What is apart in the data stays apart.

    `dataset` is its name, `datasets` the configurations of those that there are; `root`,
    `table` and `group` are handed on.

    Args:
        count: how many sounds there are at once, from the least to the most.
        level: of each in dB, from the least to the largest.
        size: how many mixtures there are.
        duration: of each in s.
    """

    def __init__(
        self,
        dataset: str,
        datasets: dict[str, Any],
        store: str,
        factory: Factory,
        count: Annotated[Sequence[Annotated[int, Range(1, 20)]], Length(2, 2)],
        level: Annotated[Sequence[Decibels], Length(2, 2)],
        size: Count,
        duration: float,
        folds: int,
        split_seed: int,
        separator: str,
        simulation_seed: Seed,
        simulation_rate: SampleRate,
        root: str | None = None,
        table: str | None = None,
        group: str | None = None,
    ):
        for name, (low, high) in {"count": count, "level": level}.items():
            if low > high:
                raise UserError(
                    f"data.{name}=[{low:g},{high:g}] ends before it begins."
                )
        self.dataset = dataset
        self.source = open_nested(
            dataset, datasets, store, factory, root=root, table=table, group=group
        )
        self.recipe = Recipe(
            size, (count[0], count[1]), (level[0], level[1]), duration, simulation_seed
        )
        self.folds = folds
        self.split_seed = split_seed
        self.separator = separator
        self.sample_rate = simulation_rate
        self.store = Path(store)

    def collect(self) -> Collection:
        clips = self._usable_clips()
        check_labelled(clips)
        clips = self._place(clips)
        self._check_apart(clips)
        simulator = MixtureSimulator(
            clips, self.recipe, self.sample_rate, self.separator
        )
        folder = self._folder_of(clips)
        table = write_folder(folder, simulator)
        about = f"MIXED from recordings of {self.dataset}; to hear them: {folder}"
        return Collection(read_table(table), "simulated", about)

    def _usable_clips(self) -> list[Clip]:
        clips = self.source.collect().clips
        facts = inspect_files((clip.path for clip in clips), self.store)
        usable = [clip for clip in clips if not facts[clip.path].reason]
        if len(usable) < len(clips):
            info(
                f"{len(clips) - len(usable)} recordings can't be used, and are not mixed."
            )
        return usable

    def _check_apart(self, clips: Sequence[Clip]) -> None:
        """Raise `UserError` where two folds or splits share a group or the same audio."""
        parts = [str(clip.split or clip.fold) for clip in clips]
        check_disjoint(parts, clips, self._digests_of(clips))

    def _digests_of(self, clips: Sequence[Clip]) -> list[list[str]]:
        facts = inspect_files((clip.path for clip in clips), self.store)
        return [[facts[clip.path].content] for clip in clips]

    def _place(self, clips: Sequence[Clip]) -> list[Clip]:
        """The clips with the folds or the splits of the data, else with folds that are drawn."""
        if all(clip.fold is not None for clip in clips):
            return [replace(clip, split=None) for clip in clips]
        if all(clip.split for clip in clips):
            return [replace(clip, fold=None) for clip in clips]
        joined = join_copies(clips, self._digests_of(clips))
        drawn = draw_folds(joined, self.folds, self.split_seed)
        pairs = zip(joined, drawn, strict=True)
        return [replace(clip, fold=fold, split=None) for clip, fold in pairs]

    def _folder_of(self, clips: Sequence[Clip]) -> Path:
        """Where these mixtures are kept: under a hash of all that they depend on."""
        pairs = zip(self._digests_of(clips), clips, strict=True)
        rows = [[*digest, *_told_of(clip)] for digest, clip in pairs]
        settings = [_VERSION, asdict(self.recipe), self.sample_rate, self.separator]
        text = json.dumps([settings, rows])
        digest = content_digest(text.encode())[:12]
        return self.store / "simulated" / "mixtures" / digest


def _told_of(clip: Clip) -> tuple[object, ...]:
    return (clip.start, clip.stop, clip.label, clip.group, clip.fold, clip.split)
