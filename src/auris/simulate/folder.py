"""Simulated clips as a folder of recordings with a table, so that everything else sees recordings."""

import csv
import os
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from auris.data.files import write_atomically
from auris.progress import parallel


def write_folder(
    folder: Path, columns: str, rows: Sequence[tuple[Any, ...]], make: Callable[[int], np.ndarray], sample_rate: int
) -> Path:
    """Write clip i, made by `make(i)` -> (T,), for each row (name, label, ...); the table comes last.

    `columns` names what follows name and label in each row, as in "fold,group". A clip that is there is not made
    again. Returns the path of the table.
    """
    table = folder / "clips.csv"
    if table.is_file():
        return table
    folder.mkdir(parents=True, exist_ok=True)

    def write(index: int) -> None:
        path = folder / f"{rows[index][0]}.wav"
        if not path.is_file():
            draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
            soundfile.write(str(draft), make(index), sample_rate, subtype="PCM_16", format="WAV")
            os.replace(draft, path)

    parallel(write, range(len(rows)), f"Simulating {len(rows)} clips")
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(["path", "label", *columns.split(",")])
    lines.writerows([f"{name}.wav", *others] for name, *others in rows)
    write_atomically(table, text.getvalue())
    return table
