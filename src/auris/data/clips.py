"""Labelled recordings, and lists of them: from sub-folders, from ESC-50's file names."""

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, final

from auris.core.errors import UserError
from auris.core.warnings import warn_user
from auris.data.folders import (
    list_recordings,
    name_of,
    visible_folders,
)

SPLIT_SYNONYMS = {
    "train": "train",
    "training": "train",
    "val": "val",
    "valid": "val",
    "validation": "val",
    "dev": "val",
    "development": "val",
    "test": "test",
    "testing": "test",
    "eval": "test",
    "evaluation": "test",
}
_FOLD_NAME = re.compile(r"fold[ _-]?(?P<number>\d+)")
_ESC_NAME = re.compile(r"(?P<fold>\d+)-(?P<recording>[^-]+)-[^-]+-(?P<target>\d+)")


@final
@dataclass(frozen=True)
class Clip:
    """A labelled stretch of a recording."""

    path: Path
    label: str
    group: str  # what must stay in one split: the recording, the speaker, the room
    fold: int | None = None
    split: str | None = None  # "train", "val" or "test", where the data set says so
    start: float = 0.0  # s
    stop: float | None = None  # s; None: to the end
    # what else a table says of it, for the targets of a task; blank cells are absent
    columns: Mapping[str, str] = field(default_factory=dict, hash=False)
    where: str = field(default="", compare=False)  # the row that it is from, for people
    root: str = ""  # the folder that all recordings of the data set are in

    def cell(self, column: str) -> str:
        """What stands in another column of the table; empty where there is nothing."""
        return self.columns.get(column, "")

    @property
    def name(self) -> str:
        """The path from the folder that all recordings are in, for people."""
        start = self.root or self.path.parent
        return Path(os.path.relpath(self.path, start)).as_posix()


def read_folder(root: Path) -> list[Clip]:
    """The recordings below `root`, one sub-folder a class; each file is its own group.

    Folders train, val and test (or fold1, fold2, ...) with a sub-folder for each class are splits
    (or folds). Raises `UserError` where they might be either.
    """
    if not root.is_dir():
        raise UserError(
            f"There is no folder {root}; "
            "data.root must name one with a sub-folder for each class."
        )
    clips = _read_parts(root, visible_folders(root))
    if len({clip.label for clip in clips}) < 2:
        raise UserError(
            f"{root} needs two or more sub-folders with recordings, one for each class."
        )
    return clips


def _read_parts(root: Path, folders: Sequence[Path]) -> list[Clip]:
    """The clips of classes, or of splits or folds of classes."""
    parts = [folder for folder in folders if _read_part(folder)]
    if len(parts) < 2:
        return _read_classes(folders)
    if len(parts) < len(folders) or not all(map(visible_folders, parts)):
        names = ", ".join(folder.name for folder in parts)
        raise UserError(
            f"The folders {names} of {root} look like splits or folds, not like classes: put a "
            "folder for each class into each of them and nothing else beside them, or rename "
            "them, or list the recordings in a table (data=csv)."
        )
    clips = []
    for part in parts:
        facts = _read_part(part)
        clips += [
            replace(clip, **facts) for clip in _read_classes(visible_folders(part))
        ]
    return clips


def _read_part(folder: Path) -> dict[str, Any]:
    """The split or the fold that a folder bears the name of; nothing for other names."""
    name = folder.name.lower()
    fold = _FOLD_NAME.fullmatch(name)
    if fold:
        return {"fold": int(fold["number"])}
    return {"split": SPLIT_SYNONYMS[name]} if name in SPLIT_SYNONYMS else {}


def is_split_folder(name: str) -> bool:
    """Whether a folder's name is that of a split or a fold."""
    return bool(_read_part(Path(name)))


def _read_classes(folders: Iterable[Path]) -> list[Clip]:
    """The recordings of each class."""
    clips = []
    empty = []
    for folder in folders:
        paths = list_recordings(folder)
        label = name_of(folder)
        clips += [Clip(path, label, str(path)) for path in paths]
        if not paths:
            empty.append(str(folder))
    if empty:
        warn_user(f"No recordings are in {', '.join(empty)}.")
    return clips


def read_esc(paths: Iterable[Path], names: dict[int, str]) -> list[Clip]:
    """ESC-50's recordings by their names `{fold}-{recording}-{take}-{target}.wav`.

    Only those whose target has one of these `names`.
    """
    clips = []
    for path in paths:
        parts = _ESC_NAME.fullmatch(path.stem)
        label = names.get(int(parts["target"])) if parts else None
        if parts and label is not None:
            fold = int(parts["fold"])
            clips.append(Clip(path, label, group=parts["recording"], fold=fold))
    return clips
