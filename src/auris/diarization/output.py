"""What is written of who spoke when: RTTM, a table, JSON, labels for Audacity, and a page."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from auris import __version__
from auris.core.files import write_atomically
from auris.core.text import clean_cell
from auris.data.rttm import format_rttm
from auris.diarization.error_rate import DiarizationErrors
from auris.diarization.page import render_page
from auris.diarization.pipeline import Diarization
from auris.diarization.summary import Summary, summarize_turns


def write_diarization(
    found: Diarization, folder: Path, errors: DiarizationErrors | None = None
) -> list[Path]:
    """Write all forms into a folder, under the name of the recording. Returns their paths."""
    summary = summarize_turns(found)
    texts: dict[str, Callable[[], str]] = {
        ".rttm": lambda: format_rttm({found.path.stem: found.turns}),
        ".csv": lambda: format_csv(found),
        ".json": lambda: format_json(found, summary, errors),
        ".txt": lambda: format_labels(found),
        ".html": lambda: render_page(found, summary, errors),
    }
    paths = []
    for suffix, make in texts.items():
        path = folder / f"{found.path.stem}{suffix}"
        write_atomically(path, make())
        paths.append(path)
    return paths


def format_csv(found: Diarization) -> str:
    """A row for each turn, in s; `margin` says how much likelier its speaker is than the next."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("start", "stop", "speaker", "margin"))
    for turn, margin in zip(found.turns, found.margins, strict=True):
        times = f"{turn.start:.3f}", f"{turn.stop:.3f}"
        table.writerow((*times, clean_cell(turn.speaker), f"{margin:.3f}"))
    return text.getvalue()


def format_labels(found: Diarization) -> str:
    """A label track of Audacity: File, Import, Labels."""
    lines = [f"{start:.3f}\t{stop:.3f}\t{who}\n" for start, stop, who in found.turns]
    return "".join(lines)


def format_json(
    found: Diarization, summary: Summary, errors: DiarizationErrors | None
) -> str:
    """All of it, for programs."""
    evidence = found.evidence
    record: dict[str, Any] = {
        "recording": str(found.path),
        "duration": round(found.duration, 3),
        "speakers": evidence.number,
        "speakers_given": evidence.is_given,
        "eigenvalues": [round(float(value), 5) for value in evidence.eigenvalues],
        "knows_voices": not found.is_plain,
        "people": [person._asdict() for person in summary.people],
        "turns": [
            {
                "start": round(turn.start, 3),
                "stop": round(turn.stop, 3),
                "speaker": turn.speaker,
                "margin": round(margin, 3),
            }
            for turn, margin in zip(found.turns, found.margins, strict=True)
        ],
        "weights": found.weights,
        "auris": __version__,
    }
    if errors is not None:
        rates = {
            "der": errors.error_rate,
            "jer": errors.jaccard_error_rate,
            **errors._asdict(),
        }
        record["errors"] = rates
    return json.dumps(record, ensure_ascii=False, indent=1)
