"""The audit from beginning to end: look at every recording, ask every check."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auris.audit.check import SEVERITIES, Check, Finding
from auris.audit.duplicates import Alike, Contradicting, Duplicated, Leaking
from auris.audit.faults import (
    Clipped,
    Mixed,
    Narrow,
    Offset,
    Silent,
    Truncated,
    Unreadable,
)
from auris.audit.mislabelled import Suspect
from auris.audit.recording import Recording, look_at
from auris.audit.sets import Count, Lacking, Lonely, counts
from auris.audit.shortcuts import Clue, Shortcut
from auris.core.errors import UserError
from auris.core.progress import map_parallel
from auris.data.dataset import Dataset


@dataclass(frozen=True)
class Audit:
    """What came out."""

    about: str  # where the recordings are from
    recordings: list[Recording]
    findings: list[Finding]  # the gravest first
    clues: list[Clue]  # how well each fact tells the label
    counts: list[Count]

    @property
    def failed(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def audit(data: Dataset) -> Audit:
    """Look at each recording of a data set once, then ask every check."""
    seen = map_parallel(look_at, data.collection.clips, "Listening to recordings")
    recordings, refusal = placed(seen, data)
    shortcut = Shortcut()
    # normal clips alone train and validate where anomalies are looked for
    needed = data.targets.needs_labels_in
    checks: Sequence[Check] = (
        Unreadable(),
        Truncated(),
        Silent(),
        Clipped(),
        Offset(),
        Mixed(),
        Narrow(),
        Lacking(refusal, needed),
        Lonely(),
        Contradicting(),
        Leaking(),
        Duplicated(),
        Alike(),
        shortcut,
        Suspect(),
    )
    findings = [finding for check in checks for finding in check.look(recordings)]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Audit(
        data.collection.about, recordings, findings, shortcut.clues, counts(recordings)
    )


def placed(seen: Sequence[Recording], data: Dataset) -> tuple[list[Recording], str]:
    """The recordings with their sets; and why they can't be split, if they can't."""
    usable = [recording.clip for recording in seen if recording.is_usable]
    try:
        names = iter(data.split_clips(usable))
    except UserError as error:
        return list(seen), str(error)
    return [replace(r, set_name=next(names)) if r.is_usable else r for r in seen], ""
