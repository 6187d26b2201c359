"""How fast the impulse responses of rooms are, beside pyroomacoustics."""

import json
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from bench import Bench, Row, compare_sides, run_command

RATE = 16000  # Hz
GOALS = {0.2: "≥ 6", 0.5: "≥ 15"}  # by RT60 in s
BATCH_SIZE = 8
SIZE = (5.0, 4.0, 3.0)  # m
SOURCE = (1.0, 1.0, 1.2)  # m
MICROPHONES = (  # m
    (3.0, 2.0, 1.5),
    (3.05, 2.0, 1.5),
    (3.05, 2.05, 1.5),
    (3.0, 2.05, 1.5),
)


def measure_rooms(bench: Bench) -> Iterator[Row]:
    """On one thread: pyroomacoustics' time for a room over ours."""
    if not find_spec("pyroomacoustics"):
        print("rooms: pyroomacoustics is not installed", file=sys.stderr)
        return
    environment = {**bench.environment, "OMP_NUM_THREADS": "1"}
    for rt60, goal in GOALS.items():
        command = [sys.executable, __file__, str(rt60), str(bench.options.laps)]
        sides = json.loads(run_command(command, environment))
        measured = f"rooms, RT60 {rt60} s"
        yield compare_sides(measured, goal, "pyroomacoustics", "Auris", sides)


def _run_auris(rt60: float, absorption: float, order: int) -> None:
    import torch

    from auris.acoustics.image_source import Rooms, impulse_responses

    size = torch.tensor(SIZE)
    absorptions = torch.full((6,), absorption)
    room = Rooms(size, absorptions, torch.tensor(SOURCE), torch.tensor(MICROPHONES))
    rooms = Rooms(*(x.expand(BATCH_SIZE, *x.shape) for x in room))
    impulse_responses(rooms, RATE, int(rt60 * RATE), order)


def _run_pyroomacoustics(absorption: float, order: int) -> None:
    import pyroomacoustics

    walls = pyroomacoustics.Material(absorption)
    room = pyroomacoustics.ShoeBox(SIZE, fs=RATE, materials=walls, max_order=order)
    room.add_source(SOURCE)
    room.add_microphone_array([list(axis) for axis in zip(*MICROPHONES, strict=True)])
    room.compute_rir()


def _time_call(work: Callable[..., None], *settings: Any) -> float:
    start = perf_counter()
    work(*settings)
    return perf_counter() - start


def race_rooms(rt60: float, laps: int) -> None:
    """Print the seconds for a room of both sides, by turns; the first turn does not count."""
    import pyroomacoustics
    import torch

    from auris.core.malloc import keep_freed_blocks

    keep_freed_blocks()  # as train.py does
    torch.set_num_threads(1)
    pyroomacoustics.constants.set("num_threads", 1)
    absorption, order = pyroomacoustics.inverse_sabine(rt60, SIZE)
    theirs = []
    ours = []
    for _ in range(laps + 1):
        theirs.append(_time_call(_run_pyroomacoustics, absorption, order))
        batch = _time_call(_run_auris, rt60, absorption, order)
        ours.append(batch / BATCH_SIZE)
    print(json.dumps({"pyroomacoustics": theirs[1:], "Auris": ours[1:]}))


if __name__ == "__main__":
    race_rooms(float(sys.argv[1]), int(sys.argv[2]))
