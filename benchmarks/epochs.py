"""Whole epochs, from the second on, of the usual way and of other frameworks against those of a run."""

import sys
from collections.abc import Iterator

from bench import BATCH, Bench, Row, compare
from clips import RATE
from race import HERE, race

PEERS = {"SpeechBrain": "speechbrain_epoch.py", "autrainer": "autrainer_epoch.py"}
NEEDED = ("Auris", "Auris, augment=strong", "usual way", "usual way from 44.1 kHz")
GOALS = {
    NEEDED[1]: "",
    NEEDED[2]: "≥ 4",
    NEEDED[3]: "≥ 4",
    **dict.fromkeys(PEERS, "≥ 1"),
}


def rows(bench: Bench) -> Iterator[Row]:
    times = race(contestants(bench), bench.environment, bench.options.laps, NEEDED)
    sides = {name: [lap["epoch"] for lap in laps] for name, laps in times.items()}
    for name in sides:
        if name != "Auris":
            yield compare("epoch, model=cnn", GOALS[name], name, "Auris", sides)


def contestants(bench: Bench) -> dict[str, list[str]]:
    """Auris twice: with as little augmentation as the others, and as it comes."""
    facts = [str(BATCH), "cpu" if bench.options.trainer == "cpu" else "cuda"]
    table, high = str(bench.table()), str(bench.table(2 * RATE))
    found = {
        "Auris": bench.auris("model=cnn", "augment=none"),
        "Auris, augment=strong": bench.auris("model=cnn", "augment=strong"),
        "usual way": [sys.executable, str(HERE / "usual_way.py"), table, *facts],
        "usual way from 44.1 kHz": [
            sys.executable,
            str(HERE / "usual_way.py"),
            high,
            *facts,
        ],
    }
    if bench.options.peer_python:
        for name, script in PEERS.items():
            found[name] = [
                bench.options.peer_python,
                str(HERE / "peers" / script),
                table,
                *facts,
            ]
    return found
