"""Simulated clips as a folder of recordings with a table, so that everything else sees recordings."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from auris.core.files import write_atomically
from auris.core.progress import map_parallel

Part = Iterable[
    tuple[Sequence[Any], np.ndarray]
]  # clips: a row of the table and a wave of each


def write_folder(
    folder: Path,
    columns: str,
    rows: Sequence[tuple[Any, ...]],
    make: Callable[[int], np.ndarray],
    sample_rate: int,
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
            write_wave(path, make(index), sample_rate)

    map_parallel(write, range(len(rows)), f"Simulating {len(rows)} clips")
    write_rows(
        table,
        ["path", "label", *columns.split(",")],
        [(f"{name}.wav", *others) for name, *others in rows],
    )
    return table


def write_parts(
    folder: Path,
    columns: str,
    parts: Sequence[Any],
    make: Callable[[Any], Part],
    sample_rate: int,
) -> Path:
    """Write the clips of each part, whose rows are known once it is made; the table comes last.

    `make(part)` gives for each clip its row (name, ...), named by `columns`, and its wave (T, C). A part that is there
    is not made again. Returns the path of the table.
    """
    table = folder / "clips.csv"
    if table.is_file():
        return table
    folder.mkdir(parents=True, exist_ok=True)

    def write(number: int) -> list[list[Any]]:
        done = folder / f"part_{number}.json"
        if not done.is_file():
            rows = []
            for (name, *others), wave in make(parts[number]):
                write_wave(folder / f"{name}.wav", wave, sample_rate)
                rows.append([f"{name}.wav", *others])
            write_atomically(done, json.dumps(rows))
        return json.loads(done.read_text())

    rows = map_parallel(write, range(len(parts)), "Simulating scenes")
    write_rows(
        table, ["path", *columns.split(",")], [row for part in rows for row in part]
    )
    for done in folder.glob("part_*.json"):
        done.unlink(missing_ok=True)
    return table


def write_wave(path: Path, wave: np.ndarray, sample_rate: int) -> None:
    """Write (T,) or (T, C) so that others see the file whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    soundfile.write(str(draft), wave, sample_rate, subtype="PCM_16", format="WAV")
    os.replace(draft, path)


def write_rows(
    table: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows(rows)
    write_atomically(table, text.getvalue())
