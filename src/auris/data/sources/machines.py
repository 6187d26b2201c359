"""Recordings of machines, some of which do not run as they should: by folders, or DCASE's names."""

import re
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auris.core.errors import UserError, suggest_choice
from auris.core.ranges import Count
from auris.data.clips import Clip
from auris.data.folders import list_recordings
from auris.data.sources.base import Collection, Source, full_path

_LABELS = {  # of folders
    "normal": "normal",
    "abnormal": "abnormal",
    "anomaly": "abnormal",
    "anomalous": "abnormal",
}

_DCASE_SPLITS = {  # of folders
    "train": "train",
    "test": "test",
    "source_test": "test",
    "target_test": "test",
    "test_rename": "test",
}

_DCASE_NAMES = (  # of Task 2: of 2020, and of 2021 to 2025
    re.compile(r"(?P<label>normal|anomaly)_(?P<section>id_\d+)_\d+(?P<domain>)"),
    re.compile(
        r"(?P<section>section_\d+)_(?P<domain>source|target)_(?:train|test)"
        r"_(?P<label>normal|anomaly)_\d+(_.*)?"
    ),
)


class Machines(Source):
    """Recordings below `root`, each a group of its own."""

    def __init__(self, root: str):
        self.root = Path(full_path(Path(root)))

    @property
    def place(self) -> str:
        return str(self.root)

    def collect(self) -> Collection:
        if not self.root.is_dir():
            raise UserError(
                f"There is no folder {self.root}; data.root must name the one with the "
                "recordings."
            )
        return self.label_recordings(list_recordings(self.root))

    @abstractmethod
    def label_recordings(self, paths: Sequence[Path]) -> Collection:
        """The clips among all recordings. Raises `UserError` for an anomaly that would train."""


class NormalAbnormal(Machines):
    """Folders `normal` and `abnormal` (or `anomaly`, `anomalous`) in `root`, or in each section.

    The folders above a pair are the section, as in MIMII (Purohit et al., 2019):
    fan/id_00/normal, fan/id_00/abnormal.

    Args:
        train_size: normal recordings of each section, the first ones by name, that train and
            validate; all others test. null: folds are drawn.
    """

    def __init__(self, root: str, train_size: Count | None = None):
        super().__init__(root)
        self.train_size = train_size

    def label_recordings(self, paths: Sequence[Path]) -> Collection:
        clips = [clip for path in paths if (clip := self._read_clip(path))]
        labels = {clip.label for clip in clips}
        for label in ("normal", "abnormal"):
            if label not in labels:
                raise UserError(
                    f"No folder {label} with recordings is in {self.root}; data.root needs "
                    "folders normal and abnormal, for each machine where there are several."
                )
        return Collection(
            self._split_clips(clips), "real", f"recordings in {self.root}"
        )

    def _read_clip(self, path: Path) -> Clip | None:
        """The clip of a recording, or none where no folder says what it is."""
        parts = path.relative_to(self.root).parts
        for depth, folder in enumerate(parts[:-1]):
            if label := _LABELS.get(folder.lower()):
                _check_name(path, label, parts[depth + 1 :])
                section = "/".join(parts[:depth])
                return Clip(path, label, group=str(path), columns={"section": section})
        return None

    def _split_clips(self, clips: list[Clip]) -> list[Clip]:
        """With who trains and who tests, where `train_size` says so."""
        if self.train_size is None:
            return clips
        train: set[Clip] = set()
        for section in {clip.cell("section") for clip in clips}:
            in_section = [clip for clip in clips if clip.cell("section") == section]
            normal = [clip for clip in in_section if clip.label == "normal"]
            if self.train_size >= len(normal):
                raise UserError(
                    f"data.train_size={self.train_size} should leave some of "
                    f"the {len(normal)} normal recordings of {self.root / section} "
                    "to test."
                )
            train |= set(normal[: self.train_size])
        return [
            replace(clip, split="train" if clip in train else "test") for clip in clips
        ]


def _check_name(path: Path, label: str, below: Sequence[str]) -> None:
    """Raise `UserError` for a normal recording whose folders or name say otherwise."""
    text = "/".join(below).lower()
    other = [word for word in _LABELS if word != "normal"]
    if label == "normal" and any(word in text for word in other):
        raise UserError(
            f"{path} is among the normal recordings, but its name says that it is not one; "
            "move it."
        )


class DcaseTask2(Machines):
    """A data set of DCASE's Task 2, 2020 to 2025: <machine>/train/... and <machine>/test/...

    Recordings without a label are passed over: those of evaluation sets, unless they were
    renamed by the organisers' script, and the supplemental ones. So are sections that lack
    normal recordings to train or either kind to test.

    Args:
        machine: which machines, by the names of their folders; null: all.
    """

    def __init__(self, root: str, machine: str | list[str] | None = None):
        super().__init__(root)
        self.machines = [machine] if isinstance(machine, str) else machine

    def label_recordings(self, paths: Sequence[Path]) -> Collection:
        chosen = self._choose_paths(paths)
        labelled = [clip for path in chosen if (clip := _read_dcase(path))]
        clips = _keep_complete(labelled)
        if not clips:
            raise UserError(
                f"{self.root} has no machine with folders train and test whose recordings "
                "are named as in DCASE's Task 2; data.root must name the folder with those "
                "of the machines."
            )
        about = f"recordings of DCASE Task 2 in {self.root}"
        if left := len(chosen) - len(clips):
            about += (
                f" ({left} left out for lack of a label, or of a section to train and "
                "to test)"
            )
        return Collection(clips, "real", about)

    def _choose_paths(self, paths: Sequence[Path]) -> Sequence[Path]:
        """The recordings of the machines that are asked for."""
        if self.machines is None:
            return paths
        known = {
            _machine_of(path) for path in paths if path.parent.name in _DCASE_SPLITS
        }
        for name in self.machines:
            if name not in known:
                raise UserError(
                    f"There is no data.machine={name} in {self.root}; "
                    f"{suggest_choice(name, known)}"
                )
        return [path for path in paths if _machine_of(path) in self.machines]


def _machine_of(path: Path) -> str:
    """The machine in <machine>/<split>/<name>.wav."""
    return path.parent.parent.name


def _read_dcase(path: Path) -> Clip | None:
    """The clip of a recording by its name, or none where that gives no label.

    Raises `UserError` for an anomaly that would train.
    """
    split = _DCASE_SPLITS.get(path.parent.name)
    matches = [pattern.fullmatch(path.stem) for pattern in _DCASE_NAMES]
    name = next(filter(None, matches), None)
    if not split or not name:
        return None
    if split == "train" and name["label"] != "normal":
        raise UserError(
            f"{path} is in a training folder, but its name says that it is an anomaly; "
            "move it."
        )
    return Clip(
        path,
        name["label"],
        group=str(path),
        split=split,
        columns={
            "section": f"{_machine_of(path)}/{name['section']}",
            "domain": name["domain"],
        },
    )


def _keep_complete(clips: list[Clip]) -> list[Clip]:
    """Those of sections with normal recordings to train, and with both kinds to test."""
    found = {(clip.cell("section"), clip.split, clip.label) for clip in clips}
    needed = [("train", "normal"), ("test", "normal"), ("test", "anomaly")]

    def is_complete(section: str) -> bool:
        return all((section, *kind) in found for kind in needed)

    return [clip for clip in clips if is_complete(clip.cell("section"))]
