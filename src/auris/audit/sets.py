"""What is in which split, and what a split lacks."""

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from auris.audit.check import Check, Finding
from auris.audit.recording import Recording
from auris.core.text import list_examples
from auris.data.splits import PARTS, SPLITS


class SplitCount(NamedTuple):
    """How many recordings of a class a split has."""

    label: str
    split: str  # "" of those that are in none
    recordings: int
    groups: int


class MissingClass(Check):
    """A class, a section or a domain that a split lacks.

    Args:
        refusal: why training would not start, in a sentence; "" where it would.
        needed: the splits that need each label: all, or only "test" where anomalies are looked for.
    """

    name = "sets"

    def __init__(self, refusal: str = "", needed: Sequence[str] = SPLITS):
        self.refusal = refusal
        self.needed = needed

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        findings = []
        if self.refusal:
            sentence = f"Training would refuse this: {self.refusal}"
            findings.append(self.new_finding("error", sentence))
        assigned = [recording for recording in recordings if recording.split]
        return [
            *findings,
            *self._find_missing(assigned, "class", _classes_of, self.needed),
            *self._find_missing(assigned, "section", _section_of, SPLITS),
            *self._find_missing(assigned, "domain", _domain_of, ("test",)),
        ]

    def _find_missing(
        self,
        assigned: Sequence[Recording],
        kind: str,
        key: Callable[[Recording], Sequence[str]],
        needed: Iterable[str],
    ) -> Iterable[Finding]:
        """What is in the data but not in each of the splits."""
        every = {value for recording in assigned for value in key(recording)}
        for split in needed:
            own = [recording for recording in assigned if recording.split == split]
            present = {value for recording in own for value in key(recording)}
            missing = sorted(every - present)
            if not missing:
                continue
            severity = "error" if split == "train" else "warning"
            examples = list_examples(missing)
            sentence = f"The {split} set has no recording of {kind} {examples}."
            elsewhere = [r for r in assigned if not set(missing).isdisjoint(key(r))]
            yield self.new_finding(severity, sentence, elsewhere)


class SingleGroup(Check):
    """A class whose recordings in a split are all of one group.

    The score says how well that one is known.
    """

    name = "single group"

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        counts = count_recordings(recordings)
        single = [count for count in counts if count.groups == 1 < count.recordings]
        if not single:
            return []
        listed = list_examples(
            f"{count.recordings} of class {count.label} in the {count.split} set"
            for count in single
        )
        sentence = f"All recordings of a class in a set are of one group: {listed}."
        cells = {(count.label, count.split) for count in single}
        concerned = [
            recording
            for recording in recordings
            if any((label, recording.split) in cells for label in recording.classes)
        ]
        return [self.new_finding("note", sentence, concerned)]


class TornFolder(Check):
    """Sub-folders of a class that are in several sets, although they may be sessions.

    Recordings that are in a group with others are left out.
    """

    name = "sub-folders"

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        folders = defaultdict(list)
        for recording, folder in _find_sub_folders(recordings):
            folders[folder].append(recording)
        torn = {
            folder: own
            for folder, own in folders.items()
            if len(set(map(_split_of, own))) > 1
        }
        if not torn:
            return []
        names = list_examples("/".join(folder.parts[-2:]) for folder in torn)
        sentence = (
            f"{len(torn)} of {len(folders)} sub-folders of classes are in several sets: {names}; "
            "where each is a session, a speaker or a place, data.group=folder keeps it in one."
        )
        members = [recording for own in torn.values() for recording in own]
        return [self.new_finding("note", sentence, members)]


def count_recordings(recordings: Sequence[Recording]) -> list[SplitCount]:
    """How many recordings and groups there are of each class in each split."""
    groups = defaultdict(list)
    for recording in recordings:
        for label in recording.classes:
            groups[label, recording.split].append(recording.group)
    counts = []
    labels = {label for label, _ in groups}
    for label, split in product(sorted(labels), PARTS):
        own = groups[label, split]
        if own:
            count = SplitCount(label, split, len(own), len(set(own)))
            counts.append(count)
    return counts


def _find_sub_folders(
    recordings: Iterable[Recording],
) -> Iterable[tuple[Recording, Path]]:
    """Each recording without a group, with the uppermost folder that its class does not share."""
    alone = defaultdict(list)
    for recording in recordings:
        if recording.split and recording.group == str(recording.clip.path):
            alone[recording.label].append(recording)
    for own in alone.values():
        parents = [recording.clip.path.parent for recording in own]
        home = Path(os.path.commonpath(parents))
        for recording, parent in zip(own, parents, strict=True):
            if parent != home:
                yield recording, home / parent.relative_to(home).parts[0]


def _split_of(recording: Recording) -> str:
    return recording.split


def _classes_of(recording: Recording) -> tuple[str, ...]:
    return recording.classes


def _section_of(recording: Recording) -> tuple[str]:
    return (recording.clip.cell("section"),)


def _domain_of(recording: Recording) -> tuple[str]:
    return (recording.clip.cell("domain"),)
