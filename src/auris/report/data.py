"""The data: who is in which split, how the splits were separated, and what an audit has found."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from auris.audit.check import Finding
from auris.audit.output import find_audit
from auris.audit.recording import Recording
from auris.audit.sets import MissingClass, SingleGroup, count_recordings
from auris.core.commands import command_line
from auris.data.splits import PARTS
from auris.report.context import ReportContext
from auris.runs.ledger import accesses_to, outputs_of, summarize_accesses

_MAX_CLASSES = 12  # beyond which the table is folded


class DataSection(NamedTuple):
    """What the run learnt from."""

    separation: str
    header: list[str]
    rows: list[list[str]]
    is_folded: bool
    access: str  # to the test set
    audit_command: str  # "" where there was an audit
    findings: list[Mapping[str, Any]]


def data_section(context: ReportContext) -> DataSection:
    data = context.data
    settings = data.settings
    clips = [clip for clip, *_ in data.recordings]
    kinds = data.targets.kinds_of(clips)
    recordings = [
        Recording(clip, split, own)
        for (clip, split, _), own in zip(data.recordings, kinds, strict=True)
    ]
    separation = data.targets.describe_split(
        clips, settings.fold, settings.folds, settings.split_seed
    )
    header, rows = _count_recordings(recordings)
    audit = _read_audit(context)
    findings = audit["findings"] if audit else _check_sizes(recordings)
    choice = context.experiment.choices["data"]
    return DataSection(
        separation,
        header,
        rows,
        len(rows) > _MAX_CLASSES,
        _describe_access(context),
        "" if audit else command_line("audit", f"data={choice}", "..."),
        [*findings, *_list_unusable(context)],
    )


def _count_recordings(
    recordings: Sequence[Recording],
) -> tuple[list[str], list[list[str]]]:
    """A table of recordings, and of groups where they are fewer, in each class and split."""
    cells = {}
    for label, split, size, groups in count_recordings(recordings):
        cells[label, split] = _format_count(size, groups)
    labels = dict.fromkeys(label for label, _ in cells)
    present = {split for _, split in cells}
    splits = [split for split in PARTS if split in present]
    header = ["class", *(split or "left out" for split in splits)]
    rows = []
    for label in labels:
        row = [cells.get((label, split), "0") for split in splits]
        rows.append([label or "all", *row])
    return header, rows


def _format_count(size: int, groups: int) -> str:
    return f"{size} in {groups} groups" if groups < size else str(size)


def _describe_access(context: ReportContext) -> str:
    """How often the test set has been looked at, by all runs beside this one."""
    outputs = outputs_of(context.folder)
    accesses = accesses_to(outputs, context.data.test_set)
    if not accesses:
        return "The test set has not been opened."
    often = summarize_accesses(accesses) or "This test set has been looked at once."
    return f"{often} The last time: {accesses[-1].time}."


def _read_audit(context: ReportContext) -> dict[str, Any] | None:
    """An earlier audit of these recordings, if there is one."""
    outputs = outputs_of(context.folder)
    return find_audit(outputs, context.data.collection.clips)


def _check_sizes(recordings: Sequence[Recording]) -> list[Mapping[str, Any]]:
    """What can be found without listening."""
    lacking = MissingClass(needed=("test",)).run_on(recordings)
    lonely = SingleGroup().run_on(recordings)
    return [vars(finding) for finding in (*lacking, *lonely)]


def _list_unusable(context: ReportContext) -> list[Mapping[str, Any]]:
    left_out = context.data.list_unusable()
    if not left_out:
        return []
    return [vars(Finding("unusable", "warning", f"Left out: {left_out}."))]
