"""How fast the classical methods of localization are, beside pyroomacoustics."""

import json
import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from bench import Bench, Row, compare_sides, run_command

RATE = 16000  # Hz
WINDOW = 512  # samples
BATCH_SIZE = 16
DIRECTIONS = 360
SAMPLES = 4096  # of a clip
LOWEST = 500  # Hz
HIGHEST = 4000  # Hz
GOALS = {
    "SRP": "≥ 20",
    "MUSIC": "≥ 6",
    "NormMUSIC": "≥ 6",
}  # as pyroomacoustics names them
MICROPHONES = (  # m
    (0.05, 0.0, 0.0),
    (0.0, 0.05, 0.0),
    (-0.05, 0.0, 0.0),
    (0.0, -0.05, 0.0),
)


def measure_localization(bench: Bench) -> Iterator[Row]:
    """On one thread: pyroomacoustics' time for a clip over ours, from spectra to the direction."""
    if not find_spec("pyroomacoustics"):
        print("localization: pyroomacoustics is not installed", file=sys.stderr)
        return
    environment = {**bench.environment, "OMP_NUM_THREADS": "1"}
    for name, goal in GOALS.items():
        command = [sys.executable, __file__, name, str(bench.options.laps)]
        sides = json.loads(run_command(command, environment))
        measured = f"localization, {name}"
        yield compare_sides(measured, goal, "pyroomacoustics", "Auris", sides)


def _draw_spectra() -> tuple[Any, Any]:
    """Of white noise in rooms: (B, M, all frequencies, T') and their frequencies in Hz."""
    import torch

    from auris.acoustics.doa.stft import band_spectrum
    from auris.acoustics.image_source import Rooms, impulse_responses

    generator = torch.Generator().manual_seed(0)
    size = torch.tensor([6.0, 5.0, 3.0]).expand(BATCH_SIZE, 3)
    source = size * (0.1 + 0.3 * torch.rand(BATCH_SIZE, 3, generator=generator))
    absorption = torch.full((BATCH_SIZE, 6), 0.4)
    microphones = size[:, None] * 0.6 + torch.tensor(MICROPHONES)
    rooms = Rooms(size, absorption, source, microphones)
    noise = torch.randn(BATCH_SIZE, 1, 2 * SAMPLES, generator=generator)
    responses = impulse_responses(rooms, RATE, SAMPLES, 10)
    product = torch.fft.rfft(noise) * torch.fft.rfft(responses, 2 * SAMPLES)
    wave = torch.fft.irfft(product)[..., SAMPLES:]
    return band_spectrum(wave, RATE, WINDOW, f_min=0, f_max=RATE)


def _make_auris(name: str, x: Any, hertz: Any) -> Callable[[], list[int]]:
    """What finds the directions of all clips, each as a step of the grid."""
    import torch

    from auris.acoustics.doa.grid import circle_grid
    from auris.acoustics.doa.music import music, norm_music
    from auris.acoustics.doa.srp import srp_phat

    method = {"SRP": srp_phat, "MUSIC": music, "NormMUSIC": norm_music}[name]
    microphones = torch.tensor(MICROPHONES)
    directions = circle_grid(DIRECTIONS)
    band = (hertz >= LOWEST) & (hertz < HIGHEST)

    def find_directions() -> list[int]:
        power = method(x[:, :, band], microphones, directions, hertz[band])
        return power.argmax(-1).tolist()

    return find_directions


def _make_pyroomacoustics(name: str, x: Any) -> Callable[[], list[int]]:
    """The same, clip by clip."""
    import numpy as np
    import pyroomacoustics

    microphones = np.array(MICROPHONES).T
    estimator = getattr(pyroomacoustics.doa, name)
    peer = estimator(microphones, RATE, WINDOW, n_grid=DIRECTIONS)

    def find_directions() -> list[int]:
        found = []
        for clip in x.numpy():
            peer.locate_sources(clip, freq_range=[LOWEST, HIGHEST])
            found.append(int(peer.src_idx[0]))
        return found

    return find_directions


def race_methods(name: str, laps: int) -> None:
    """Print the seconds for a clip of both sides, by turns; the first turn does not count."""
    import torch

    from auris.core.malloc import keep_freed_blocks

    keep_freed_blocks()  # as train.py does
    torch.set_num_threads(1)
    x, hertz = _draw_spectra()
    theirs = _make_pyroomacoustics(name, x)
    ours = _make_auris(name, x, hertz)
    sides: dict[str, list[float]] = {"pyroomacoustics": [], "Auris": []}
    for _ in range(laps + 1):
        their_answer = _time_call(theirs, sides["pyroomacoustics"])
        our_answer = _time_call(ours, sides["Auris"])
        _check_answers(their_answer, our_answer)
    print(json.dumps({side: times[1:] for side, times in sides.items()}))


def _time_call(work: Callable[[], list[int]], times: list[float]) -> list[int]:
    """What `work` answers; its seconds for a clip are added to `times`."""
    start = perf_counter()
    answer = work()
    seconds = perf_counter() - start
    times.append(seconds / BATCH_SIZE)
    return answer


def _check_answers(theirs: list[int], ours: list[int]) -> None:
    half = DIRECTIONS // 2
    for one, other in zip(theirs, ours, strict=True):
        steps = (one - other + half) % DIRECTIONS - half
        assert abs(steps) <= 1, "The answers are more than a step of the grid apart"


if __name__ == "__main__":
    race_methods(sys.argv[1], int(sys.argv[2]))
