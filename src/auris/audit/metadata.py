"""What of a recording should not matter for its label, as columns of numbers."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np

from auris.audit.recording import Recording

_TIME_IN_NAME = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)"  # year, month, day
    r"(?:[-_ T.]*(\d\d)[-_.:h]?(\d\d)(?:[-_.:m]?(\d\d))?)?"  # hour, minute, second
)

_DURATION_STEP = 0.05  # s, to which lossy formats round, so that less says nothing
_OFFSET_STEP = 0.002  # of full scale; what is less is the sound itself

_NUMBERS: dict[str, Callable[[Recording], float]] = {
    "level": lambda r: r.level,
    "duration": lambda r: _round_to(r.duration, _DURATION_STEP),
    "noise floor": lambda r: r.floor,
    "bandwidth": lambda r: r.bandwidth,
    "DC offset": lambda r: _round_to(r.offset, _OFFSET_STEP),
    "share of silence": lambda r: r.silence,
    "sample rate": lambda r: r.rate,
    "channels": lambda r: r.channels,
}


def metadata_columns(recordings: Sequence[Recording]) -> dict[str, np.ndarray]:
    """The facts that differ between recordings, each (N,).

    Times are those in names: copies lose the files' own.
    """
    columns: dict[str, np.ndarray] = {}
    for name, fact in _NUMBERS.items():
        numbers = [fact(recording) for recording in recordings]
        columns[name] = np.array(numbers, dtype=float)
    formats = [recording.format for recording in recordings]
    columns["file format"] = np.unique(formats, return_inverse=True)[1]
    columns.update(_time_columns(recordings))
    return {name: column for name, column in columns.items() if len(set(column)) > 1}


def _time_columns(recordings: Sequence[Recording]) -> dict[str, np.ndarray]:
    """Date and time of day, each (N,); nothing where a name tells none."""
    days = []
    minutes = []
    for recording in recordings:
        time = _time_in_name(recording.clip.path.stem)
        if time is None:
            return {}
        days.append(time.toordinal())
        minutes.append(60 * time.hour + time.minute)
    return {
        "date of recording": np.array(days),
        "time of recording": np.array(minutes),
    }


def _time_in_name(name: str) -> datetime | None:
    """The time that a file's name tells, as in 2024-05-01_12-30-00."""
    parts = _TIME_IN_NAME.search(name)
    if not parts:
        return None
    try:
        return datetime(*map(int, parts.groups(default="0")))  # type: ignore[arg-type]
    except ValueError:
        return None  # other digits


def _round_to(value: float, step: float) -> float:
    return round(value / step) * step
