"""RTTM, in which the field writes down who spoke when.

A turn is a line `SPEAKER file 1 start duration <NA> <NA> speaker <NA> <NA>`, in s: NIST (2009), The
2009 rich transcription meeting recognition evaluation plan, appendix A.
"""

import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from auris.core.errors import UserError
from auris.core.text import list_examples
from auris.core.warnings import warn_user
from auris.data.turns import Turn, merge_turns

_FIELDS = 8  # up to the speaker; what follows says nothing of turns
# between fields; a name may hold other spaces
_SPACE = re.compile(r"[ \t]+")


def read_rttm(path: Path) -> dict[str, list[Turn]]:
    """The turns of each recording that an RTTM file names, in order.

    Turns of one speaker that overlap become one, which is said. Raises `UserError`, which names the
    line, for a file that is none.
    """
    turns: dict[str, list[Turn]] = {}
    for number, line in enumerate(_read_lines(path), start=1):
        fields = _SPACE.split(line.strip(" \t\r\n"))
        if fields[0] == "SPEAKER":
            turn = _read_turn(fields, f"{path}, line {number}")
            turns.setdefault(fields[1], []).append(turn)
        elif line.strip() and not fields[0].isupper() and not line.startswith(";;"):
            raise UserError(
                f"{path}, line {number} is no RTTM; a turn is SPEAKER file 1 start duration "
                "<NA> <NA> speaker <NA> <NA>."
            )
    return {name: _merge_own(own, name, path) for name, own in turns.items()}


def turns_of(path: Path, recording: str) -> list[Turn]:
    """The turns of one recording: those under its name, or all where a file names but one.

    Raises `UserError` where there are none.
    """
    turns = read_rttm(path)
    if recording in turns:
        return turns[recording]
    if len(turns) == 1:
        return next(iter(turns.values()))
    known = f"it names {list_examples(turns)}" if turns else "it holds no turn"
    raise UserError(f"{path} says nothing of {recording}; {known}.")


def format_rttm(turns: Mapping[str, Sequence[Turn]]) -> str:
    """The text of an RTTM file with the turns of recordings, by their names."""
    lines = []
    for recording, own in turns.items():
        for start, stop, speaker in sorted(own):
            times = f"{start:.3f} {stop - start:.3f}"
            lines.append(
                f"SPEAKER {to_field(recording)} 1 {times} <NA> <NA> "
                f"{to_field(speaker)} <NA> <NA>\n"
            )
    return "".join(lines)


def to_field(name: str) -> str:
    """A name as RTTM can hold it: `_` for spaces."""
    return re.sub(r"\s+", "_", name.strip()) or "_"


def _read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise UserError(f"{path} can't be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{path} is not text in UTF-8 ({error}).") from error


def _read_turn(fields: Sequence[str], where: str) -> Turn:
    if len(fields) < _FIELDS:
        raise UserError(
            f"{where} has {len(fields)} fields and a turn has {_FIELDS} or more: SPEAKER file 1 "
            "start duration <NA> <NA> speaker."
        )
    start = _read_seconds(fields[3], f"{where}: the start")
    duration = _read_seconds(fields[4], f"{where}: the duration")
    return Turn(start, start + duration, fields[7])


def _read_seconds(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value < math.inf:
        raise UserError(f"{where} is {text} and should be seconds, 0 or more.")
    return value


def _merge_own(turns: list[Turn], recording: str, path: Path) -> list[Turn]:
    """Turns in order, without empty ones. Says where those of one speaker overlap."""
    lasting = [turn for turn in turns if turn.stop > turn.start]
    merged = merge_turns(lasting)
    before = sum(turn.stop - turn.start for turn in lasting)
    after = sum(turn.stop - turn.start for turn in merged)
    if before - after > 1e-3:
        warn_user(
            f"{path}: turns of one speaker overlap in {recording} for {before - after:.2f} s; "
            "they are taken as one."
        )
    return merged
