"""The recordings of the benchmarks: noise with a tone, written once; the tone tells the class."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

RATE, SECONDS, CLASSES = 22050, 5, 10  # the rate is that of the model, in Hz
SETS = {"train": 400, "val": 80, "test": CLASSES}  # clips


def write_clips(folder: Path, rate: int) -> Path:
    """Write the WAV files and a table `path,label,split` beside them, which is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "clips.csv"
    rows = list(clips())
    for number, row in enumerate(rows):
        soundfile.write(folder / row["path"], sound(number, rate), rate)
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return table


def clips() -> Iterator[dict[str, str]]:
    for name, count in SETS.items():
        for number in range(count):
            yield {
                "path": f"{name}_{number:03}.wav",
                "label": f"tone{number % CLASSES}",
                "split": name,
            }


def sound(number: int, rate: int) -> np.ndarray:  # (T,)
    draw = np.random.default_rng(number)
    time = np.arange(rate * SECONDS) / rate
    pitch = 200 * 1.4 ** (number % CLASSES) * draw.uniform(0.9, 1.1)
    return 0.1 * np.sin(2 * np.pi * pitch * time) + 0.05 * draw.standard_normal(
        len(time)
    )
