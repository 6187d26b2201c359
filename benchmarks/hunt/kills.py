"""Runs that are killed at random moments and resumed end with the same bits."""

import csv
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from children import carry_out
from ground import TRAIN, Tally, write_recordings

_MOST_KILLS = 3  # of one run
_VARIANTS = (
    ("model=linear",),
    ("model=mlp",),
    ("model=mlp", "refit=true"),
    ("model=perceptron", "optimizer=evolution"),
)


def hunt_kills(place: Path, draws: np.random.Generator, count: int) -> Tally:
    """Each trial kills a run up to three times, and its resumptions as well."""
    tally = Tally("SIGKILL at random moments, then resumed to the same bits")
    place.mkdir()
    write_recordings(place / "recordings")
    whole = {}
    for number in range(count):
        variant = _VARIANTS[number % len(_VARIANTS)]
        words = (*TRAIN, *variant, "trainer.max_epochs=6", "test=true")
        if variant not in whole:
            done = carry_out(words, place)
            assert done.code == 0, done.said
            whole[variant] = _read_run(_find_run(place)), done.seconds
            shutil.rmtree(place / "out")
        expected, seconds = whole[variant]
        if draws.random() < 0.3:  # of which kills hit the store, too
            shutil.rmtree(place / "store", ignore_errors=True)
        moments = draws.uniform(0, seconds, draws.integers(1, _MOST_KILLS + 1))
        problem = _kill_and_resume(words, place, moments, expected)
        tally.note(f"{' '.join(variant)} after {np.round(moments, 2)} s", problem)
        shutil.rmtree(place / "out", ignore_errors=True)
    return tally


def _kill_and_resume(
    words: tuple[str, ...], place: Path, moments: np.ndarray, expected: object
) -> str:
    """What is wrong with a run that was killed at each of these moments, if anything is."""
    for moment in moments:
        carry_out(_next_words(words, place), place, moment)
    if not _is_finished(place):
        done = carry_out(_next_words(words, place), place)
        if done.code != 0:
            return f"can't be resumed: {done.error.strip()[-200:]}"
    return "" if _read_run(_find_run(place)) == expected else "other bits"


def _next_words(words: tuple[str, ...], place: Path) -> tuple[str, ...]:
    run = _find_run(place)
    return ("train", f"resume={run}") if run else words


def _find_run(place: Path) -> Path | None:
    """The run that has begun, if one has."""
    found = sorted(place.glob("out/*/*/2*/config.yaml"))
    return found[-1].parent if found else None


def _is_finished(place: Path) -> bool:
    run = _find_run(place)
    return run is not None and (run / "result.json").is_file()


def _read_run(run: Path | None) -> tuple[object, ...]:
    """What two runs must have in common: weights, scores, predictions."""
    assert run is not None
    weights = torch.load(run / "model.pt", weights_only=True)
    result = json.loads((run / "result.json").read_text())
    with (run / "predictions_test.csv").open() as table:
        rows = list(csv.reader(table))
    plain = {name: tensor.numpy().tobytes() for name, tensor in weights.items()}
    return plain, result["val"], result["test"], result["epochs"], rows
