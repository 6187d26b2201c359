"""What the audit leaves: a table in the terminal, audit.json, audit.html and clips.csv."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auris.audit.audit import Audit
from auris.audit.check import SEVERITIES, Finding
from auris.audit.duplicates import join_families
from auris.audit.html_page import render_audit
from auris.audit.sets import SplitCount
from auris.core.errors import UserError
from auris.core.files import load_json_object, write_atomically
from auris.core.text import clean_text
from auris.core.warnings import warn_user
from auris.data.clips import Clip
from auris.data.table_writing import write_table

_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
AUDITS = "audit"  # the folder of all audits, in that of outputs
_JSON_FILE = "audit.json"
_HTML_FILE = "audit.html"
_TABLE_FILE = "clips.csv"


def print_audit(audit: Audit) -> None:
    """Print the counts and the findings."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    summary = f"{len(audit.recordings)} {audit.about}."
    console.print(escape(clean_text(summary)), highlight=False)
    sizes = Table("class", "set", "recordings", "groups")
    for label, split, recordings, groups in audit.counts:
        sizes.add_row(
            escape(clean_text(label)), split or "none", str(recordings), str(groups)
        )
    console.print(sizes)
    table = Table("", "check", "finding", show_lines=True)
    for finding in audit.findings:
        colour = _COLOURS[finding.severity]
        severity = f"[{colour}]{finding.severity}"
        table.add_row(severity, finding.check, escape(clean_text(finding.sentence)))
    console.print(table if audit.findings else "Nothing was found.")
    console.print(count_severities(audit), highlight=False)


def count_severities(audit: Audit) -> str:
    """'1 error, 2 warnings, no note'."""
    counts = Counter(finding.severity for finding in audit.findings)
    parts = []
    for severity in SEVERITIES:
        count = counts[severity]
        plural = "s" if count > 1 else ""
        parts.append(f"{count or 'no'} {severity}{plural}")
    return ", ".join(parts)


def write_audit(audit: Audit, folder: Path) -> Path:
    """Write audit.json and audit.html; returns the path of the page."""
    text = json.dumps(_to_plain(audit), indent=2, ensure_ascii=False)
    write_atomically(folder / _JSON_FILE, f"{text}\n")
    page = folder / _HTML_FILE
    write_atomically(page, render_audit(audit, count_severities(audit)))
    return page


def write_clean_table(audit: Audit, folder: Path) -> Path:
    """Write a table of the recordings that can be used, those of the same sound in one group.

    Returns its path, for `data=csv`.
    """
    usable = [recording for recording in audit.recordings if recording.is_usable]
    path = folder / _TABLE_FILE
    write_table(path, join_families(usable))
    return path


def find_audit(outputs: Path, clips: Iterable[Clip]) -> dict[str, Any] | None:
    """The newest of the audits below `outputs` that is of these clips, if there is one."""
    digest = _digest_clips(clips)
    paths = (outputs / AUDITS).glob(f"*/{_JSON_FILE}")
    for path in sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True):
        try:
            audit = load_json_object(path)
        except UserError as error:
            warn_user(f"{error} It is left out of the report; run the audit again.")
            continue
        if audit.get("digest") == digest:
            return audit
    return None


def _to_plain(audit: Audit) -> dict[str, Any]:
    """The audit for other programs."""
    clips = [recording.clip for recording in audit.recordings]
    return {
        "about": audit.about,
        "recordings": len(audit.recordings),
        "digest": _digest_clips(clips),
        "counts": [_count_to_plain(count) for count in audit.counts],
        "findings": [_finding_to_plain(finding) for finding in audit.findings],
        "shortcuts": [vars(fact) for fact in audit.predictability],
    }


def _count_to_plain(count: SplitCount) -> dict[str, Any]:
    return {
        "class": count.label,
        "set": count.split,
        "recordings": count.recordings,
        "groups": count.groups,
    }


def _finding_to_plain(finding: Finding) -> dict[str, Any]:
    paths = [str(path) for path in finding.paths]
    return {**vars(finding), "paths": paths}


def _digest_clips(clips: Iterable[Clip]) -> str:
    """Changes with paths, labels and all else that is known of clips before they are read."""
    rows = [list(map(str, vars(clip).values())) for clip in clips]
    text = json.dumps(rows)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
