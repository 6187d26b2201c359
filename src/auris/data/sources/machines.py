"""Recordings of machines that run as they should, and of some that do not: by their folders, or by DCASE's names."""

import os
import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auris.core.errors import UserError, suggest_choice
from auris.data.clips import Clip, list_recordings
from auris.data.sources.base import Collection, Source

LABELS = {
    "normal": "normal",
    "abnormal": "abnormal",
    "anomaly": "abnormal",
    "anomalous": "abnormal",
}  # of folders


PARTS = {
    "train": "train",
    "test": "test",
    "source_test": "test",
    "target_test": "test",
    "test_rename": "test",
}


SCHEMES = (  # names of DCASE Task 2: of 2020, and of 2021 to 2025
    re.compile(r"(?P<label>normal|anomaly)_(?P<section>id_\d+)_\d+(?P<domain>)"),
    re.compile(
        r"(?P<section>section_\d+)_(?P<domain>source|target)_(?:train|test)_(?P<label>normal|anomaly)_\d+(_.*)?"
    ),
)


class Machines(Source):
    """Recordings below `root`, each a group of its own."""

    def __init__(self, root: str):
        self.root = Path(os.path.abspath(Path(root).expanduser()))

    def collect(self) -> Collection:
        if not self.root.is_dir():
            raise UserError(
                f"There is no folder {self.root}; data.root must name the one with the recordings."
            )
        return self.label(list_recordings(self.root))

    @abstractmethod
    def label(self, paths: Sequence[Path]) -> Collection:
        """The clips among all recordings that there are. Raises `UserError` for an anomaly that would train."""


class NormalAbnormal(Machines):
    """Folders `normal` and `abnormal` (or `anomaly`, `anomalous`) in `root`, or a pair of them for each section.

    The folders above a pair are the section, as in MIMII (Purohit et al., 2019): fan/id_00/normal, fan/id_00/abnormal.

    Args:
        train_size: normal recordings of each section, the first ones by name, that train and validate; all others
            test. null: folds are drawn.
    """

    def __init__(self, root: str, train_size: int | None = None):
        super().__init__(root)
        self.train_size = train_size

    def label(self, paths: Sequence[Path]) -> Collection:
        clips = [clip for path in paths if (clip := self.read(path))]
        for label in ("normal", "abnormal"):
            if not any(clip.label == label for clip in clips):
                raise UserError(
                    f"No folder {label} with recordings is in {self.root}; data.root needs folders normal "
                    "and abnormal, for each machine where there are several."
                )
        return Collection(self.divide(clips), "real", f"recordings in {self.root}")

    def read(self, path: Path) -> Clip | None:
        """The clip of a recording, or none where no folder says what it is."""
        words = path.relative_to(self.root).parts
        place = next(
            (i for i, word in enumerate(words[:-1]) if word.lower() in LABELS), None
        )
        if place is None:
            return None
        label, below = (
            LABELS[words[place].lower()],
            "/".join(words[place + 1 :]).lower(),
        )
        if label == "normal" and any(
            word in below for word in LABELS if word != "normal"
        ):
            raise UserError(
                f"{path} is among the normal recordings, but its name says that it is not one; move it."
            )
        return Clip(path, label, group=str(path), section="/".join(words[:place]))

    def divide(self, clips: list[Clip]) -> list[Clip]:
        """With who trains and who tests, where `train_size` says so."""
        if self.train_size is None:
            return clips
        first: set[Clip] = set()
        for section in {clip.section for clip in clips}:
            usual = [
                clip
                for clip in clips
                if clip.section == section and clip.label == "normal"
            ]
            if not 0 < self.train_size < len(usual):
                raise UserError(
                    f"data.train_size={self.train_size} should be 1 or more and leave some of the "
                    f"{len(usual)} normal recordings of {self.root / section} to test."
                )
            first |= set(usual[: self.train_size])
        return [
            replace(clip, split="train" if clip in first else "test") for clip in clips
        ]


class DcaseTask2(Machines):
    """A data set of DCASE's Task 2, 2020 to 2025, under its own names: <machine>/train/... and <machine>/test/...

    Recordings without a label are passed over: those of evaluation sets, unless they were renamed by the organisers'
    script, and the supplemental ones. So are sections that lack normal recordings to train or either kind to test.

    Args:
        machine: which machines, by the names of their folders; null: all.
    """

    def __init__(self, root: str, machine: str | list[str] | None = None):
        super().__init__(root)
        self.wanted = [machine] if isinstance(machine, str) else machine

    def label(self, paths: Sequence[Path]) -> Collection:
        known = {machine(path) for path in paths if path.parent.name in PARTS}
        for name in self.wanted or ():
            if name not in known:
                raise UserError(
                    f"There is no data.machine={name} in {self.root}; {suggest_choice(name, known)}"
                )
        chosen = [
            path
            for path in paths
            if self.wanted is None or machine(path) in self.wanted
        ]
        clips = complete([clip for path in chosen if (clip := read_dcase(path))])
        if not clips:
            raise UserError(
                f"{self.root} has no machine with folders train and test whose recordings are named as in "
                "DCASE's Task 2; data.root must name the folder with those of the machines."
            )
        left = len(chosen) - len(clips)
        why = (
            f" ({left} left out for lack of a label, or of a section to train and to test)"
            if left
            else ""
        )
        return Collection(
            clips, "real", f"recordings of DCASE Task 2 in {self.root}{why}"
        )


def machine(path: Path) -> str:
    """The machine in <machine>/<part>/<name>.wav."""
    return path.parent.parent.name


def read_dcase(path: Path) -> Clip | None:
    """The clip of a recording by its name, or none where that gives no label. Raises `UserError` for an anomaly that
    would train."""
    part, name = (
        PARTS.get(path.parent.name),
        next(filter(None, (s.fullmatch(path.stem) for s in SCHEMES)), None),
    )
    if not part or not name:
        return None
    if part == "train" and name["label"] != "normal":
        raise UserError(
            f"{path} is in a training folder, but its name says that it is an anomaly; move it."
        )
    section = f"{machine(path)}/{name['section']}"
    return Clip(
        path,
        name["label"],
        str(path),
        split=part,
        section=section,
        domain=name["domain"],
    )


def complete(clips: list[Clip]) -> list[Clip]:
    """Those of sections with normal recordings to train, and with both kinds to test."""
    kinds = {(clip.section, clip.split, clip.label) for clip in clips}
    needed = [("train", "normal"), ("test", "normal"), ("test", "anomaly")]
    return [
        clip for clip in clips if all((clip.section, *kind) in kinds for kind in needed)
    ]
