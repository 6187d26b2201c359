"""What of a recording should not matter for its label, as columns of numbers."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np

from auris.audit.recording import Recording

WHEN = re.compile(
    r"(?<!\d)((?:19|20)\d\d)[-_.]?(\d\d)[-_.]?(\d\d)(?:[-_ T.]*(\d\d)[-_.:h]?(\d\d)(?:[-_.:m]?(\d\d))?)?"
)


FRAME = 0.05  # s, to which lossy formats round, so that less says nothing


SHIFT = 0.002  # of full scale; what is less is the sound itself


NUMBERS: dict[str, Callable[[Recording], float]] = {
    "level": lambda r: r.level,
    "duration": lambda r: round(r.duration / FRAME) * FRAME,
    "noise floor": lambda r: r.floor,
    "bandwidth": lambda r: r.bandwidth,
    "DC offset": lambda r: round(r.offset / SHIFT) * SHIFT,
    "share of silence": lambda r: r.silence,
    "sample rate": lambda r: r.rate,
    "channels": lambda r: r.channels,
}


def columns(recordings: Sequence[Recording]) -> dict[str, np.ndarray]:
    """The facts that differ between recordings, each (N,). Times are those in names: copies lose the files' own."""
    table = {
        name: np.array([fact(r) for r in recordings], dtype=float)
        for name, fact in NUMBERS.items()
    }
    table["file format"] = np.unique(
        [r.format for r in recordings], return_inverse=True
    )[1]
    times = [
        time
        for time in (moment(r.clip.path.stem) for r in recordings)
        if time is not None
    ]
    if len(times) == len(recordings):
        table["date of recording"] = np.array([time.toordinal() for time in times])
        table["time of recording"] = np.array(
            [60 * time.hour + time.minute for time in times]
        )
    return {name: column for name, column in table.items() if len(set(column)) > 1}


def moment(name: str) -> datetime | None:
    """The time that a file's name tells, as in 2024-05-01_12-30-00."""
    parts = WHEN.search(name)
    if not parts:
        return None
    try:
        return datetime(*(int(part) for part in parts.groups(default="0")))  # type: ignore[arg-type]
    except ValueError:
        return None  # other digits
