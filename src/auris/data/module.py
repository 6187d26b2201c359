"""A data set, ready for training: collected, stored, split, checked."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path

import torch
from lightning import LightningDataModule
from torch import Tensor

from auris.acoustics.arrays import Array
from auris.core.errors import UserError, nearest
from auris.core.files import digest
from auris.data.audio import SHORTEST
from auris.data.clips import Clip
from auris.data.files import facts_of
from auris.data.loader import Loader, Step
from auris.data.sources.base import Collection, Source
from auris.data.spec import Spec
from auris.data.splits import check_disjoint
from auris.data.store import Settings, Store, open_store
from auris.data.targets import View
from auris.tasks.anomaly.targets import Anomalies
from auris.tasks.classification.targets import Labels
from auris.tasks.localization.targets import Directions

LEAST_USABLE = (
    0.95  # share of the recordings; a data set that has lost more is not the one that was meant
)


class AudioData(LightningDataModule):
    """The clips of a source in three sets.

    Args:
        source: where the recordings come from.
        store: the folder of the clip store.
        sample_rate: in Hz; null takes the rate that most recordings have.
        channels: 1 averages the channels of each recording; null: 1, or as many as the array has microphones.
        duration: of a clip in seconds; a longer recording is cut into several clips.
        padding: what a shorter recording is filled up with: "repeat" or "zeros".
        fold: which fold tests, of the official ones or of `folds` drawn with `split_seed`.
        batch_size: clips that one optimizer step sees; null: all that train.
        pass_size: clips that go through the model at once; a larger batch goes in several passes, whose gradients add
            up to that of one. (Batch normalisation and mixup know the clips of their pass only.)
        normal: the label of what is normal, where anomalies are looked for; null: each label is a class.
        known_anomalies: names or patterns of anomalous recordings that validate, and never test.
        array: of microphones, one a channel, where directions are asked for.
        seed: of the order of the training clips.
        validate: false trains on the validation clips too.
    """

    SETTINGS = (
        "sample_rate",
        "channels",
        "duration",
        "padding",
        "fold",
        "folds",
        "split_seed",
        "batch_size",
        "pass_size",
        "normal",
        "known_anomalies",
    )

    def __init__(
        self,
        source: Source,
        store: str,
        sample_rate: int | None,
        channels: int | None,
        duration: float,
        padding: str,
        fold: int,
        folds: int,
        split_seed: int,
        batch_size: int | None,
        pass_size: int,
        normal: str | None = None,
        known_anomalies: Sequence[str] = (),
        array: Array | None = None,
        seed: int = 0,
        validate: bool = True,
    ):
        super().__init__()
        self.source, self.folder, self.validate = source, Path(store), validate
        self.sample_rate, self.duration, self.padding = sample_rate, duration, padding
        self.channels = (len(array.microphones) if array else 1) if channels is None else channels
        self.fold, self.folds, self.split_seed = fold, folds, split_seed
        self.batch_size, self.pass_size, self.seed = batch_size, pass_size, seed
        self.normal, self.known = normal, known_anomalies
        self.view: View = Labels() if normal is None else Anomalies(normal, known_anomalies)
        if array:
            self.check_array(array)
            self.view = Directions(array)
        self.resident: dict[torch.device, Tensor] = {}
        self.check_settings()

    def check_array(self, array: Array) -> None:
        if self.normal is not None:
            raise UserError(
                "array and data.normal don't go together: one asks where, the other whether; choose one."
            )
        if self.channels != len(array.microphones):
            raise UserError(
                f"data.channels={self.channels}, but the array has {len(array.microphones)} microphones; "
                "leave data.channels away."
            )

    def check_settings(self) -> None:
        if self.padding not in ("repeat", "zeros"):
            raise UserError(
                f"There is no data.padding={self.padding}; {nearest(self.padding, ('repeat', 'zeros'))}"
            )
        for name, least in {
            "batch_size": 1,
            "pass_size": 1,
            "channels": 1,
            "duration": SHORTEST,
        }.items():
            value = getattr(self, name)
            if value is not None and value < least:
                raise UserError(f"data.{name}={value} is too small; the least is {least}.")
        if self.known and self.normal is None:
            raise UserError(
                "data.known_anomalies says nothing without data.normal, the label of what is normal."
            )
        if self.sample_rate is not None and self.sample_rate < 1000:
            raise UserError(
                f"data.sample_rate={self.sample_rate} is too small; it is in Hz, as in 22050."
            )

    @cached_property
    def collection(self) -> Collection:
        return self.source.collect()

    @cached_property
    def settings(self) -> Settings:
        rate = self.sample_rate or self.usual_rate()
        return Settings(rate, self.channels, round(self.duration * rate), self.padding)

    def usual_rate(self) -> int:
        facts = facts_of((clip.path for clip in self.collection.clips), self.folder).values()
        rates = Counter(fact.sample_rate for fact in facts if not fact.reason)
        self.view.check_rates(rates)
        return min(rates, key=lambda rate: (-rates[rate], rate), default=16000)

    @cached_property
    def opened(self) -> Store:
        return open_store(self.collection.clips, self.settings, self.folder)

    @cached_property
    def unusable(self) -> dict[Path, str]:
        """The recordings that can't be used, each with its reason."""
        pairs = zip(self.collection.clips, self.opened.entries, strict=True)
        return {clip.path: entry.reason for clip, entry in pairs if not entry.rows}

    @cached_property
    def recordings(self) -> list[tuple[Clip, str, tuple[int, ...]]]:
        """Each usable recording with its set and its rows in the store. Raises `UserError` where sets overlap."""
        pairs = [
            (c, e)
            for c, e in zip(self.collection.clips, self.opened.entries, strict=True)
            if e.rows
        ]
        if len(pairs) <= LEAST_USABLE * len(self.collection.clips):
            raise UserError(
                f"{len(self.collection.clips) - len(pairs)} of {len(self.collection.clips)} recordings can't be used, "
                f"too many to go on without them; the first is {next(self.told_unusable())}."
            )
        clips = [clip for clip, _ in pairs]
        sets = self.view.split(clips, self.fold, self.folds, self.split_seed)
        check_disjoint(sets, clips, [entry.digests for _, entry in pairs])
        self.view.check(sets, clips)
        return [(clip, name, entry.rows) for (clip, entry), name in zip(pairs, sets, strict=True)]

    def list_unusable(self) -> str:
        return "; ".join(self.told_unusable())

    def told_unusable(self) -> Iterator[str]:
        return (f"{path}: {reason}" for path, reason in self.unusable.items())

    @cached_property
    def clips(self) -> list[tuple[Clip, str, int]]:
        """Each clip (N of them; a long recording gives several) with its set, "" for none, and its row in the store."""
        return [(clip, name, row) for clip, name, rows in self.recordings for row in rows]

    @cached_property
    def spec(self) -> Spec:
        facts = facts_of((clip.path for clip, _, _ in self.recordings), self.folder)
        return Spec(
            sample_rate=self.settings.sample_rate,
            channels=self.settings.channels,
            samples=self.settings.samples,
            target=self.view.target,
            padding=self.padding,
            mixed=any(fact.channels != self.settings.channels for fact in facts.values()),
            **self.view.facts([clip for clip, _, _ in self.recordings]),
        )

    @cached_property
    def target(self) -> Tensor:
        """(N, ...) the target of each clip."""
        return self.view.encode([clip for clip, _, _ in self.clips])

    @cached_property
    def fingerprint(self) -> str:
        """Changes with the samples, the labels and the split, but not with paths: data may move."""
        parts = [
            tuple(filter(None, (clip.section, clip.domain, clip.direction)))
            for clip, _, _ in self.clips
        ]
        rows = [
            (clip.label, name, row, *part)
            for (clip, name, row), part in zip(self.clips, parts, strict=True)
        ]
        return hashlib.blake2b(
            json.dumps([self.opened.name, rows]).encode(), digest_size=8
        ).hexdigest()

    @cached_property
    def test_set(self) -> str:
        """Names the test set: changes with its recordings and their labels, but not with what is made of them.

        So runs at other sample rates, durations and channels, with other training clips or files that have moved, have
        looked at the same test set.
        """
        tested = [clip for clip, name, _ in self.recordings if name == "test"]
        facts = facts_of((clip.path for clip in tested), self.folder)
        rows = [
            (
                facts[clip.path].content,
                clip.start,
                clip.stop or 0,
                clip.label,
                clip.section,
                clip.domain,
            )
            for clip in tested
        ]
        return digest(json.dumps([self.normal, sorted(rows)]).encode())[:16]

    def members(self, *names: str) -> Tensor:
        """(n,) which clips are in these sets."""
        return torch.tensor([i for i, (_, name, _) in enumerate(self.clips) if name in names])

    def loader(
        self, clips: Tensor, batch_size: int | None = None, seed: int | None = None
    ) -> Loader:
        """Batches of these clips, on the training device where all of them fit."""
        trainer = self.trainer
        rank, world = (trainer.global_rank, trainer.world_size) if trainer else (0, 1)
        row, size = torch.tensor([row for _, _, row in self.clips]), batch_size or self.pass_size
        return Loader(self.wave, self.target, row, clips, size, self.pass_size, seed, rank, world)

    @property
    def wave(self) -> Tensor:
        """(R, C, T) the rows of the store: on the training device if they fit in half of what is free, else mapped."""
        device = self.trainer.strategy.root_device if self.trainer else torch.device("cpu")
        if device.type != "cuda":
            return self.opened.wave
        if device not in self.resident:
            fits = self.opened.wave.nbytes < torch.cuda.mem_get_info(device)[0] / 2
            self.resident[device] = self.opened.wave.to(device) if fits else self.opened.wave
        return self.resident[device]

    def whole(self) -> Step:
        """All training clips, in every process alike: for what is learnt from the set as a whole."""
        return Step(self.loader(self.train_clips).fetch, self.train_clips, self.pass_size)

    @property
    def train_clips(self) -> Tensor:
        """(n,) which clips train."""
        return self.members("train") if self.validate else self.members("train", "val")

    def train_dataloader(self) -> Loader:
        loader = self.loader(self.train_clips, self.batch_size or len(self.train_clips), self.seed)
        if draw := self.source.fresh:
            device = self.trainer.strategy.root_device if self.trainer else torch.device("cpu")
            loader.draw = partial(draw, device=device)
        return loader

    def val_dataloader(self) -> Loader | list:
        return self.loader(self.members("val")) if self.validate else []

    def describe(self) -> str:
        """What was found, for people."""
        counts = self.view.count(
            [name for _, name, _ in self.clips], [clip for clip, _, _ in self.clips]
        )
        lines = [
            f"Data: {self.collection.about}.",
            f"{len(self.clips)} clips of {self.spec.duration:g} s at {self.spec.sample_rate} Hz: {counts}.",
        ]
        if self.unusable:
            lines.append(
                f"Left out, as they can't be used ({len(self.unusable)}): {self.list_unusable()}."
            )
        return "\n".join(lines)
