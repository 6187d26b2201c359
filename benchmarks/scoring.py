"""How fast an anomaly detector listens to a long recording, and how much memory that takes beside a short one."""

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
from bench import Bench, Row

RATE = 16000  # Hz
SHORT, LONG = 300, 3600  # s


def rows(bench: Bench) -> Iterator[Row]:
    """On one thread: seconds of sound scored in a second, and peak memory of an hour over that of five minutes."""
    train = [
        "train.py",
        "data=gas_leak",
        "trainer.max_epochs=1",
        "logger=none",
        "test=false",
        *bench.common(),
    ]
    environment = {**bench.environment, "OMP_NUM_THREADS": "1"}
    bench.call([sys.executable, *train], environment)
    run = next(bench.folder.glob("outputs/gas_leak/autoencoder/latest"))
    found = {}
    for seconds in (SHORT, LONG):
        path = write_recording(bench.folder / f"{seconds}.wav", seconds)
        found[seconds] = json.loads(
            bench.call([sys.executable, __file__, str(run), str(path)], environment)
        )
    speed = LONG / found[LONG]["seconds"]
    yield Row(
        "scoring an hour: sound / time",
        speed,
        "≥ 200",
        {"an hour": found[LONG]["seconds"]},
    )
    memory = {
        f"{seconds} s, in MiB": found[seconds]["memory"] for seconds in (SHORT, LONG)
    }
    yield Row(
        "scoring: memory of an hour / five minutes",
        found[LONG]["memory"] / found[SHORT]["memory"],
        "1",
        memory,
    )


def write_recording(path: Path, seconds: int) -> Path:
    """Noise of that length, a minute at a time."""
    draw = np.random.default_rng(0)
    with soundfile.SoundFile(str(path), "w", RATE, 1) as file:
        for _ in range(seconds // 60):
            file.write(0.1 * draw.standard_normal(60 * RATE))
    return path


def score(run: str, recording: str) -> None:
    """Score one recording in this process, and print what that took: time after the model is loaded, memory of all."""
    from time import perf_counter

    import torch

    from auris.inference.predictor import Predictor

    torch.set_num_threads(1)
    predictor = Predictor(run)
    start = perf_counter()
    moments = sum(1 for _ in predictor(Path(recording)))
    seconds = perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"moments": moments, "seconds": seconds, "memory": memory}))


if __name__ == "__main__":
    score(*sys.argv[1:])
