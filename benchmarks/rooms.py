"""How fast the impulse responses of rooms are, beside pyroomacoustics."""

import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from bench import Bench, Row, compare

RATE = 16000  # Hz
GOALS = {0.2: "≥ 6", 0.5: "≥ 15"}  # by RT60 in s
BATCH = 8
SIZE, SOURCE = (5.0, 4.0, 3.0), (1.0, 1.0, 1.2)  # m
MICROPHONES = (
    (3.0, 2.0, 1.5),
    (3.05, 2.0, 1.5),
    (3.05, 2.05, 1.5),
    (3.0, 2.05, 1.5),
)  # m


def rows(bench: Bench) -> Iterator[Row]:
    """On one thread: pyroomacoustics' time for a room over ours."""
    if not find_spec("pyroomacoustics"):
        print("rooms: pyroomacoustics is not installed", file=sys.stderr)
        return
    environment = {**bench.environment, "OMP_NUM_THREADS": "1"}
    for rt60, goal in GOALS.items():
        command = [sys.executable, __file__, str(rt60), str(bench.options.laps)]
        sides = json.loads(bench.call(command, environment))
        yield compare(f"rooms, RT60 {rt60} s", goal, "pyroomacoustics", "Auris", sides)


def ours(rt60: float, absorption: float, order: int) -> None:
    import torch

    from auris.acoustics.image_source import Rooms, impulse_responses

    one = Rooms(
        torch.tensor(SIZE),
        torch.full((6,), absorption),
        torch.tensor(SOURCE),
        torch.tensor(MICROPHONES),
    )
    rooms = Rooms(*(x.expand(BATCH, *x.shape) for x in one))
    impulse_responses(rooms, RATE, int(rt60 * RATE), order)


def theirs(peer: Any, absorption: float, order: int) -> None:
    room = peer.ShoeBox(
        SIZE, fs=RATE, materials=peer.Material(absorption), max_order=order
    )
    room.add_source(SOURCE)
    room.add_microphone_array([list(axis) for axis in zip(*MICROPHONES, strict=True)])
    room.compute_rir()


def seconds(work: Any, *settings: Any) -> float:
    start = perf_counter()
    work(*settings)
    return perf_counter() - start


def race(rt60: float, laps: int) -> None:
    """Print the seconds for a room of both sides, which take turns; the first turn does not count."""
    import pyroomacoustics
    import torch

    from auris.core.malloc import keep_freed_blocks

    keep_freed_blocks()  # as train.py does
    torch.set_num_threads(1)
    pyroomacoustics.constants.set("num_threads", 1)
    absorption, order = pyroomacoustics.inverse_sabine(rt60, SIZE)
    sides: dict[str, list[float]] = {"pyroomacoustics": [], "Auris": []}
    for _ in range(laps + 1):
        sides["pyroomacoustics"].append(
            seconds(theirs, pyroomacoustics, absorption, order)
        )
        sides["Auris"].append(seconds(ours, rt60, absorption, order) / BATCH)
    print(json.dumps({side: times[1:] for side, times in sides.items()}))


if __name__ == "__main__":
    race(float(sys.argv[1]), int(sys.argv[2]))
