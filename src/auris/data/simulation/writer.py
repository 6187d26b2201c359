"""Simulated clips as a folder of recordings with a table: everything else sees recordings."""

import csv
import json
import os
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from auris.core.files import write_atomically
from auris.core.progress import map_parallel
from auris.data.simulation.simulator import ClipSimulator

CLIPS_AT_ONCE = 20  # that are done, or not, when a simulation is taken up again


def write_folder(folder: Path, simulator: ClipSimulator) -> Path:
    """Write all clips, unless they are there; the table comes last. Returns its path.

    Clips are made in parts. What was broken off goes on with the parts that are missing.
    """
    table = folder / "clips.csv"
    if table.is_file():
        return table
    folder.mkdir(parents=True, exist_ok=True)

    def write_part(start: int) -> list[list[Any]]:
        stop = min(start + CLIPS_AT_ONCE, len(simulator))
        return _write_part(folder, simulator, range(start, stop))

    starts = range(0, len(simulator), CLIPS_AT_ONCE)
    parts = map_parallel(write_part, starts, f"Simulating {len(simulator)} clips")
    rows = [row for part in parts for row in part]
    _write_rows(table, ["path", *simulator.columns], rows)
    for done in folder.glob("part_*.json"):
        done.unlink(missing_ok=True)
    return table


def _write_part(
    folder: Path, simulator: ClipSimulator, indices: range
) -> list[list[Any]]:
    """The rows of some clips, after writing the clips where that has not been done yet."""
    done = folder / f"part_{indices.start}.json"
    if not done.is_file():
        rows = [_write_clip(folder, simulator, index) for index in indices]
        write_atomically(done, json.dumps(rows))
    return json.loads(done.read_text())


def _write_clip(folder: Path, simulator: ClipSimulator, index: int) -> list[Any]:
    (name, *others), wave = simulator.make_clip(index)
    _write_wave(folder / f"{name}.wav", wave, simulator.sample_rate)
    return [f"{name}.wav", *others]


def _write_wave(path: Path, wave: np.ndarray, sample_rate: int) -> None:
    """Write (T,) or (T, C) so that others see the file whole or not at all."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    soundfile.write(str(draft), wave, sample_rate, subtype="PCM_16", format="WAV")
    os.replace(draft, path)


def _write_rows(
    table: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    text = StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows(rows)
    write_atomically(table, text.getvalue())
