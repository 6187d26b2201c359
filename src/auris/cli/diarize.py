"""Who spoke when, as files to go on with and a page to listen to."""

from argparse import Namespace
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from auris.core.errors import UserError
from auris.core.places import find_folder
from auris.core.text import clean_text
from auris.data.rttm import turns_of
from auris.data.turns import Turn
from auris.diarization.configuration import build_diarizer
from auris.diarization.error_rate import (
    DiarizationErrors,
    format_errors,
    measure_errors,
)
from auris.diarization.output import write_diarization
from auris.diarization.page import format_clock
from auris.diarization.pipeline import Diarization, SpeakerRange
from auris.diarization.summary import summarize_turns
from auris.inference.predictor import find_recordings

_FOLDER = "diarization"


def run(options: Namespace) -> None:
    speakers = _read_range(options)
    paths = find_recordings(options.recordings)
    references = [_find_reference(options.reference, path) for path in paths]
    diarizer = build_diarizer(options.settings, options.plugins)
    failures: list[str] = []
    folders = _name_folders(paths, options.to)
    for path, reference, folder in zip(paths, references, folders, strict=True):
        try:
            found = diarizer(path, speakers)
        except UserError as error:
            failures.append(str(error).rstrip("."))
            continue
        errors = measure_errors(reference, found.turns) if reference else None
        _print_summary(found, errors)
        for written in write_diarization(found, folder, errors):
            print(written)
    if failures:
        raise UserError("; ".join(failures))


def _read_range(options: Namespace) -> SpeakerRange:
    """How many speakers there may be. Raises `UserError` where that can't be."""
    everything = SpeakerRange()
    lowest = options.speakers or options.min_speakers or everything.lowest
    highest = options.speakers or options.max_speakers or everything.highest
    bounds = (options.min_speakers, options.max_speakers)
    if options.speakers is not None and bounds != (None, None):
        raise UserError("Give --speakers alone, or a range of them.")
    if lowest > highest:
        raise UserError(
            f"There can't be {lowest} speakers or more and {highest} or fewer."
        )
    return SpeakerRange(lowest, highest)


def _find_reference(place: str | None, path: Path) -> list[Turn] | None:
    """What is known of a recording: of a file, or of that of its name in a folder."""
    if place is None:
        return None
    file = Path(place)
    if file.is_dir():
        file = file / f"{path.stem}.rttm"
    return turns_of(file, path.stem)


def _name_folders(paths: Sequence[Path], place: str | None) -> Iterator[Path]:
    """A folder for what is written of each recording; none for two of one name."""
    root = Path(place) if place else find_folder("outputs") / _FOLDER
    counts: dict[str, int] = {}
    for path in paths:
        count = counts[path.stem] = counts.get(path.stem, 0) + 1
        yield root / (path.stem if count == 1 else f"{path.stem}_{count}")


def _print_summary(found: Diarization, errors: DiarizationErrors | None) -> None:
    summary = summarize_turns(found)
    number = len(summary.people)
    people = "1 speaker" if number == 1 else f"{number} speakers"
    title = f"{found.path.name}: {people}, {len(found.turns)} turns"
    table = Table(
        "speaker", "speaks", "of all", "turns", "longest", title=clean_text(title)
    )
    for person in summary.people:
        table.add_row(
            person.speaker,
            format_clock(person.seconds),
            f"{100 * person.fraction:.0f} %",
            str(person.turns),
            f"{person.longest:.1f} s",
        )
    console = Console()
    console.print(table)
    if errors is not None:
        names = ("DER", "missed", "false alarm", "confusion", "JER", "speakers")
        pairs = zip(names, format_errors(errors), strict=True)
        console.print(", ".join(f"{name} {value}" for name, value in pairs))
