"""How fast an anomaly detector listens to a long recording, and how much memory that takes."""

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import numpy as np
import soundfile
from bench import Bench, Row, run_command

RATE = 16000  # Hz
SHORT = 300  # s
LONG = 3600  # s


def measure_scoring(bench: Bench) -> Iterator[Row]:
    """On one thread: seconds of sound scored in a second, and peak memory of long over short."""
    environment = {**bench.environment, "OMP_NUM_THREADS": "1"}
    run = _train_detector(bench, environment)
    short = _score_noise(bench, run, SHORT, environment)
    long = _score_noise(bench, run, LONG, environment)
    speed = LONG / long["seconds"]
    seconds = {"an hour": long["seconds"]}
    yield Row("scoring an hour: sound / time", speed, "≥ 200", seconds)
    growth = long["memory"] / short["memory"]
    memory = {
        f"{SHORT} s, in MiB": short["memory"],
        f"{LONG} s, in MiB": long["memory"],
    }
    yield Row("scoring: memory of an hour / five minutes", growth, "1", memory)


def _train_detector(bench: Bench, environment: dict[str, str]) -> Path:
    """The folder of a run."""
    words = [
        "data=gas_leak",
        "trainer.max_epochs=1",
        "logger=csv",
        "test=false",
        *bench.common_words(),
    ]
    run_command([sys.executable, "train.py", *words], environment)
    return next(bench.folder.glob("outputs/gas_leak/autoencoder/latest"))


def _score_noise(
    bench: Bench, run: Path, seconds: int, environment: dict[str, str]
) -> dict[str, float]:
    """What it takes to score so long a recording, in a process of its own."""
    recording = _write_noise(bench.folder / f"{seconds}.wav", seconds)
    command = [sys.executable, __file__, str(run), str(recording)]
    return json.loads(run_command(command, environment))


def _write_noise(path: Path, seconds: int) -> Path:
    """Noise of that length, a minute at a time."""
    random = np.random.default_rng(0)
    with soundfile.SoundFile(str(path), "w", RATE, 1) as file:
        for _ in range(seconds // 60):
            minute = random.standard_normal(60 * RATE)
            file.write(0.1 * minute)
    return path


def score_recording(run: str, recording: str) -> None:
    """Score one recording in this process, and print what that took.

    The time is that after the model is loaded, the memory that of all, in MiB.
    """
    import torch

    from auris.inference.predictor import Predictor

    torch.set_num_threads(1)
    predictor = Predictor(run)
    start = perf_counter()
    windows = sum(1 for _ in predictor(Path(recording)))
    seconds = perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"windows": windows, "seconds": seconds, "memory": memory}))


if __name__ == "__main__":
    score_recording(*sys.argv[1:])
