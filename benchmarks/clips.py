"""The recordings of the benchmarks: noise with a tone, written once; the tone tells the class."""

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

RATE = 22050  # Hz, that of the model
SECONDS = 5
CLASSES = 10
_CLIPS_PER_SPLIT = {"train": 400, "val": 80, "test": CLASSES}


def write_clips(folder: Path, rate: int) -> Path:
    """Write the WAV files and a table `path,label,split` beside them, which is returned."""
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "clips.csv"
    rows = list(_list_clips())
    for number, row in enumerate(rows):
        soundfile.write(folder / row["path"], _draw_wave(number, rate), rate)
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return table


def _list_clips() -> Iterator[dict[str, str]]:
    for split, count in _CLIPS_PER_SPLIT.items():
        for number in range(count):
            yield {
                "path": f"{split}_{number:03}.wav",
                "label": f"tone{number % CLASSES}",
                "split": split,
            }


def _draw_wave(number: int, rate: int) -> np.ndarray:  # (T,)
    random = np.random.default_rng(number)
    time = np.arange(rate * SECONDS) / rate  # s
    pitch = 200 * 1.4 ** (number % CLASSES) * random.uniform(0.9, 1.1)  # Hz
    tone = np.sin(2 * np.pi * pitch * time)
    noise = random.standard_normal(len(time))
    return 0.1 * tone + 0.05 * noise
