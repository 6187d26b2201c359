"""Whole epochs, from the second on, of the usual way and of other frameworks against a run's."""

import sys
from collections.abc import Iterator

from bench import BATCH_SIZE, Bench, Row, compare_sides
from clips import RATE
from race import HERE, run_race

PEERS = {"SpeechBrain": "speechbrain_epoch.py", "autrainer": "autrainer_epoch.py"}
_AURIS = "Auris"
_GOALS = {
    "Auris, augment=strong": "",
    "usual way": "≥ 4",
    "usual way from 44.1 kHz": "≥ 4",
    **dict.fromkeys(PEERS, "≥ 1"),
}


def measure_epochs(bench: Bench) -> Iterator[Row]:
    needed = [name for name in (_AURIS, *_GOALS) if name not in PEERS]
    commands = _list_contestants(bench)
    times = run_race(commands, bench.environment, bench.options.laps, needed)
    sides = {name: [lap["epoch"] for lap in laps] for name, laps in times.items()}
    for name in sides:
        if name != _AURIS:
            yield compare_sides("epoch, model=cnn", _GOALS[name], name, _AURIS, sides)


def _list_contestants(bench: Bench) -> dict[str, list[str]]:
    """Auris twice: with as little augmentation as the others, and as it comes."""
    device = "cpu" if bench.options.trainer == "cpu" else "cuda"
    settings = [str(BATCH_SIZE), device]
    table = str(bench.clip_table())
    high_table = str(bench.clip_table(2 * RATE))
    usual_way = [sys.executable, str(HERE / "usual_way.py")]
    contestants = {
        _AURIS: bench.auris_command("model=cnn", "augment=none"),
        "Auris, augment=strong": bench.auris_command("model=cnn", "augment=strong"),
        "usual way": [*usual_way, table, *settings],
        "usual way from 44.1 kHz": [*usual_way, high_table, *settings],
    }
    python = bench.options.peer_python
    if python:
        for name, script in PEERS.items():
            path = str(HERE / "peers" / script)
            contestants[name] = [python, path, table, *settings]
    return contestants
