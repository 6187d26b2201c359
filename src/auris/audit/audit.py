"""The audit from beginning to end: measure every recording, run every check."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auris.audit.check import SEVERITIES, Check, Finding
from auris.audit.duplicates import (
    ContradictingLabels,
    ExactDuplicate,
    Leakage,
    NearDuplicate,
)
from auris.audit.faults import (
    BandLimited,
    Clipped,
    DcOffset,
    MixedFormat,
    Silent,
    Truncated,
    Unreadable,
    Unscaled,
)
from auris.audit.mislabelled import Mislabelled
from auris.audit.recording import Recording, measure_recording
from auris.audit.sets import (
    MissingClass,
    SingleGroup,
    SplitCount,
    TornFolder,
    count_recordings,
)
from auris.audit.shortcuts import (
    LabelPredictability,
    Shortcut,
    measure_predictability,
)
from auris.core.errors import UserError
from auris.core.progress import map_parallel
from auris.data.copies import join_copies
from auris.data.dataset import Dataset


@dataclass(frozen=True)
class Audit:
    """What came out."""

    about: str  # where the recordings are from
    recordings: list[Recording]
    findings: list[Finding]  # the gravest first
    predictability: list[LabelPredictability]  # of the label from each fact
    counts: list[SplitCount]

    @property
    def failed(self) -> bool:
        return any(finding.severity == "error" for finding in self.findings)


def run_audit(data: Dataset) -> Audit:
    """Measure each recording of a data set once, then run every check."""
    clips = data.collection.clips
    measured = map_parallel(measure_recording, clips, "Listening to recordings")
    recordings, refusal = _assign_splits(measured, data)
    predictability = measure_predictability(recordings)
    # normal clips alone train and validate where anomalies are looked for
    missing = MissingClass(refusal, data.targets.needs_labels_in)
    findings: list[Finding] = []
    for check in _order_checks(missing, Shortcut(predictability)):
        findings.extend(check.run_on(recordings))
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Audit(
        about=data.collection.about,
        recordings=recordings,
        findings=findings,
        predictability=predictability,
        counts=count_recordings(recordings),
    )


def _order_checks(missing: MissingClass, shortcut: Shortcut) -> Sequence[Check]:
    """Every check, in the order in which findings are shown."""
    return (
        Unreadable(),
        Truncated(),
        Silent(),
        Unscaled(),
        Clipped(),
        DcOffset(),
        MixedFormat(),
        BandLimited(),
        missing,
        SingleGroup(),
        TornFolder(),
        ContradictingLabels(),
        Leakage(),
        ExactDuplicate(),
        NearDuplicate(),
        shortcut,
        Mislabelled(),
    )


def _assign_splits(
    measured: Sequence[Recording], data: Dataset
) -> tuple[list[Recording], str]:
    """The recordings with their splits; and why they can't be split, if they can't."""
    usable = [recording for recording in measured if recording.is_usable]
    clips = [recording.clip for recording in usable]
    copies = [[recording.content] for recording in usable]
    try:
        splits = iter(data.split_clips(join_copies(clips, copies)))
        kinds = iter(data.targets.kinds_of(clips))
    except UserError as error:
        return list(measured), str(error)
    assigned = []
    for recording in measured:
        if recording.is_usable:
            recording = replace(recording, split=next(splits), kinds=next(kinds))
        assigned.append(recording)
    return assigned, ""
