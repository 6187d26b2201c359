"""What the audit leaves: a table in the terminal, audit.json and audit.html."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from auris.audit.audit import Audit
from auris.audit.check import SEVERITIES
from auris.audit.html_page import render_audit
from auris.core.files import write_atomically
from auris.data.clips import Clip

COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}


FILE = "audit.json"


def show(audit: Audit) -> None:
    """Print the counts and the findings."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console()
    console.print(escape(f"{len(audit.recordings)} {audit.about}."), highlight=False)
    sizes = Table("class", "set", "recordings", "groups")
    for label, name, many, groups in audit.counts:
        sizes.add_row(escape(label), name or "none", str(many), str(groups))
    console.print(sizes)
    table = Table("", "check", "finding", show_lines=True)
    for finding in audit.findings:
        colour = COLOURS[finding.severity]
        table.add_row(f"[{colour}]{finding.severity}", finding.check, escape(finding.sentence))
    console.print(table if audit.findings else "Nothing was found.")
    console.print(verdict(audit), highlight=False)


def verdict(audit: Audit) -> str:
    """'1 error, 2 warnings, no note'."""
    many = Counter(finding.severity for finding in audit.findings)
    return ", ".join(f"{many[s] or 'no'} {s}{'s' * (many[s] > 1)}" for s in SEVERITIES)


def write(audit: Audit, folder: Path) -> Path:
    """Write audit.json and audit.html; returns the path of the page."""
    write_atomically(folder / FILE, json.dumps(plain(audit), indent=2, ensure_ascii=False) + "\n")
    write_atomically(folder / "audit.html", render_audit(audit, verdict(audit)))
    return folder / "audit.html"


def plain(audit: Audit) -> dict[str, Any]:
    """The audit for other programs."""
    return {
        "about": audit.about,
        "recordings": len(audit.recordings),
        "digest": digest(recording.clip for recording in audit.recordings),
        "counts": [
            dict(zip(("class", "set", "recordings", "groups"), row, strict=True))
            for row in audit.counts
        ],
        "findings": [
            {
                "check": f.check,
                "severity": f.severity,
                "sentence": f.sentence,
                "paths": [str(path) for path in f.paths],
            }
            for f in audit.findings
        ],
        "shortcuts": [vars(clue) for clue in audit.clues],
    }


def read(folder: Path, clips: Iterable[Clip]) -> dict[str, Any] | None:
    """The audit that `write` left in a folder, if there is one and it is of these clips."""
    path = folder / FILE
    if not path.is_file():
        return None
    told = json.loads(path.read_text(encoding="utf-8"))
    return told if told.get("digest") == digest(clips) else None


def digest(clips: Iterable[Clip]) -> str:
    """Changes with the paths, the labels and all else that is known of clips before they are heard."""
    rows = [list(map(str, vars(clip).values())) for clip in clips]
    return hashlib.blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest()
