"""A data set: collected, stored, split, checked."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, final

import numpy as np
import torch
from torch import Tensor

from auris.acoustics.arrays import Array
from auris.core.errors import UserError
from auris.core.files import content_digest
from auris.core.memory import check_memory
from auris.core.text import format_bytes
from auris.data.audio import count_channels
from auris.data.clips import Clip
from auris.data.columns import warn_of_unused
from auris.data.copies import join_copies, warn_of_contradictions
from auris.data.few_labels import hide_labels
from auris.data.files import inspect_files
from auris.data.settings import DataSettings
from auris.data.sources.base import Collection, Source, name_clips
from auris.data.spec import MAX_SAMPLES, Spec
from auris.data.splits import check_disjoint
from auris.data.store import Store, StoreSettings, open_store
from auris.data.targets import Targets, codes

MIN_USABLE = 0.95  # of the recordings; a data set that has lost more is not the one that was meant
# of the waves that go through a model at once: the batch, its spectra and what becomes of them
_COPIES = 4
_FALLBACK_RATE = 16_000  # Hz, where no recording can be read


class StoredRecording(NamedTuple):
    """A usable recording, its split, and its rows in the store."""

    clip: Clip
    split: str  # "" where it is left out
    rows: tuple[int, ...]


class StoredClip(NamedTuple):
    """A clip of a recording, its split, and its row in the store."""

    clip: Clip
    split: str
    row: int


@final
class Dataset:
    """The clips of a source in three splits. What is asked for first is found out first.

    Args:
        source: where the recordings come from.
        targets: what their labels are taken for.
        settings: how they become clips and splits.
        store: the folder of the clip store.
        array: of microphones, one a channel, where they are known.
    """

    def __init__(
        self,
        source: Source,
        targets: Targets,
        settings: DataSettings,
        store: Path,
        array: Array | None = None,
    ):
        self.source = source
        self.targets = targets
        self.settings = settings.with_channels(array)
        self.store_folder = store
        self.array = array

    @cached_property
    def collection(self) -> Collection:
        collection = self.source.collect()
        if self.source.place:
            warn_of_unused(collection.clips, self.targets.read_columns)
        return name_clips(collection)

    @property
    def root(self) -> str:
        """The folder that all recordings are in."""
        return self.collection.clips[0].root

    @cached_property
    def rates(self) -> Counter[int]:
        """How many recordings have which sample rate in Hz."""
        paths = (clip.path for clip in self.collection.clips)
        facts = inspect_files(paths, self.store_folder).values()
        return Counter(fact.sample_rate for fact in facts if not fact.reason)

    @cached_property
    def sample_rate(self) -> int:
        """In Hz: the one that was asked for, else the one that most recordings have."""
        if self.settings.sample_rate:
            return self.settings.sample_rate
        rates = self.rates
        self.targets.check_rates(rates)
        return min(rates, key=lambda rate: (-rates[rate], rate), default=_FALLBACK_RATE)

    @cached_property
    def store(self) -> Store:
        """The samples of all recordings, decoded where that has not been done yet.

        Labels and splits are checked before.
        """
        clips = self.collection.clips
        self._check_labels(clips)
        assert self.settings.channels is not None
        samples = round(self.settings.duration * self.sample_rate)
        self._check_clip_size(count_channels(self.settings.channels) * samples)
        settings = StoreSettings(
            self.sample_rate, self.settings.channels, samples, self.settings.padding
        )
        return open_store(clips, settings, self.store_folder)

    @cached_property
    def unusable(self) -> dict[Path, str]:
        """The recordings that can't be used, each with its reason."""
        pairs = zip(self.collection.clips, self.store.entries, strict=True)
        return {clip.path: entry.reason for clip, entry in pairs if not entry.rows}

    @cached_property
    def recordings(self) -> list[StoredRecording]:
        """Each usable recording, copies in one group.

        Raises `UserError` where splits overlap or lack something.
        """
        entries = zip(self.collection.clips, self.store.entries, strict=True)
        usable = [(clip, entry) for clip, entry in entries if entry.rows]
        self._check_usable(len(usable))
        digests = [entry.digests for _, entry in usable]
        clips = join_copies([clip for clip, _ in usable], digests)
        warn_of_contradictions(clips, digests, self.targets.identity_of)
        splits = self.split_clips(clips)
        check_disjoint(splits, clips, digests)
        self.targets.check_splits(splits, clips)
        splits = self._keep_few_labels(splits, clips)
        rows = [entry.rows for _, entry in usable]
        return [
            StoredRecording(*parts) for parts in zip(clips, splits, rows, strict=True)
        ]

    def split_clips(self, clips: list[Clip]) -> list[str]:
        """The split of each clip. Raises `UserError` where they can't be split as was asked."""
        settings = self.settings
        return self.targets.split_clips(
            clips, settings.fold, settings.folds, settings.split_seed
        )

    @cached_property
    def clips(self) -> list[StoredClip]:
        """Each clip, N of them: a long recording gives several."""
        return [
            StoredClip(clip, split, row)
            for clip, split, rows in self.recordings
            for row in rows
        ]

    @cached_property
    def spec(self) -> Spec:
        clips = [recording.clip for recording in self.recordings]
        facts = inspect_files((clip.path for clip in clips), self.store_folder).values()
        channels = self.store.wave.shape[1]
        classes = self.targets.classes_of(clips)
        training = [clip for clip, split, _ in self.clips if split == "train"]
        taught = Counter(
            label for clip in training for label in self.targets.labels_of(clip)
        )
        chosen = self.settings.channels
        chosen = () if isinstance(chosen, int | None) else tuple(chosen)
        microphones = self.array.microphones.tolist() if self.array else []
        return Spec(
            sample_rate=self.sample_rate,
            channels=channels,
            samples=self.store.wave.shape[2],
            target=self.targets.kind,
            classes=classes,
            padding=self.settings.padding,
            downmixed=not chosen and any(fact.channels != channels for fact in facts),
            chosen_channels=chosen,
            microphones=tuple(tuple(place) for place in microphones),
            columns=self.targets.columns_of(clips),
            class_counts=tuple(taught[name] for name in classes),
        )

    @cached_property
    def target(self) -> Tensor:
        """(N, ...) the target of each clip."""
        return self.targets.encode([clip.clip for clip in self.clips])

    def indices(self, *splits: str) -> Tensor:
        """(n,) which clips are in these splits."""
        return torch.tensor(
            [i for i, clip in enumerate(self.clips) if clip.split in splits]
        )

    def wave_of(self, index: int) -> Tensor:
        """A clip (C, T) as the model hears it."""
        return self.store.wave[self.clips[index].row]

    def groups_of(self, index: Tensor) -> Tensor:
        """(n,) which of the clips (n,) belong together: intervals draw them together."""
        return codes(self.clips[at].clip.group for at in index.tolist())

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the samples, the labels and the split, but not with paths: data may move."""
        rows = [
            (*self.targets.identity_of(clip), split, row)
            for clip, split, row in self.clips
        ]
        return content_digest(json.dumps([self.store.name, rows]).encode())[:16]

    @cached_property
    def test_set(self) -> str:
        """Names the test set: changes with its recordings and their labels, not with their use.

        So runs at other sample rates, durations and channels, with other training clips or files
        that have moved, have looked at the same test set.
        """
        tested = [clip for clip, split, _ in self.recordings if split == "test"]
        rows = self._stretches(tested, self.targets.identity_of)
        return content_digest(json.dumps([self.settings.normal, rows]).encode())[:16]

    @cached_property
    def recordings_digest(self) -> str:
        """Names the data set: changes with recordings and labels, not with splits, use or paths."""
        rows = self._stretches(
            self.collection.clips, lambda clip: (clip.label, *clip.columns.items())
        )
        return content_digest(json.dumps(rows).encode())[:16]

    def _stretches(
        self, clips: Sequence[Clip], identity: Callable[[Clip], tuple[object, ...]]
    ) -> list[tuple[object, ...]]:
        """The content of each clip with what is known of it, in an order of their own."""
        facts = inspect_files((clip.path for clip in clips), self.store_folder)
        rows = []
        for clip in clips:
            content = facts[clip.path].content
            rows.append((content, clip.start, clip.stop or 0, *identity(clip)))
        return sorted(rows)

    def _check_clip_size(self, samples: int) -> None:
        """Raise `UserError` where clips of so many samples in all channels are too large."""
        settings = self.settings
        one = samples * np.float32().itemsize
        clips = f"Clips of {settings.duration:g} s at {self.sample_rate} Hz"
        advice = "choose a shorter data.duration or a lower data.sample_rate"
        if samples > MAX_SAMPLES:
            most = format_bytes(MAX_SAMPLES * np.float32().itemsize)
            raise UserError(
                f"{clips} take {format_bytes(one)} each and {most} is the most; {advice}."
            )
        together = min(settings.micro_batch_size, len(self.collection.clips))
        what = f"A pass of {together} of {clips[0].lower()}{clips[1:]}"
        advice = f"{advice}, or a smaller data.micro_batch_size"
        check_memory(together * one * _COPIES, what, advice)

    def _check_labels(self, clips: list[Clip]) -> None:
        """Raise `UserError` for labels or splits that can't be, as far as they tell themselves."""
        drawn = self.source.drawn_kind
        if self.source.draw_epoch and self.targets.kind not in (drawn, "none"):
            raise UserError(
                f"data.online=true draws clips with a {drawn} alone, and this task asks for a "
                f"{self.targets.kind}; choose data.online=false."
            )
        self.targets.check_clips(clips)
        splits = self.split_clips(clips)
        check_disjoint(splits, clips, [()] * len(clips))
        self.targets.check_splits(splits, clips)
        self._keep_few_labels(splits, clips)

    def _keep_few_labels(self, splits: list[str], clips: list[Clip]) -> list[str]:
        """The splits, where clips train without labels if few are to have one."""
        labelled = self.settings.labelled
        if labelled is None:
            return splits
        if not self.targets.learns_labels:
            raise UserError(
                "data.labelled takes labels away, and this task does not learn them; leave it "
                "away, or choose task=classification."
            )
        return hide_labels(splits, clips, labelled, self.settings.split_seed)

    def list_unusable(self) -> str:
        """The recordings that can't be used, for people."""
        return "; ".join(self._unusable_lines())

    def _unusable_lines(self) -> Iterator[str]:
        return (f"{path}: {reason}" for path, reason in self.unusable.items())

    def _check_usable(self, usable: int) -> None:
        total = len(self.collection.clips)
        if usable <= MIN_USABLE * total:
            raise UserError(
                f"{total - usable} of {total} recordings can't be used, too many to go on "
                f"without them; the first is {next(self._unusable_lines())}."
            )
