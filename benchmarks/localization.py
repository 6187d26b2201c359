"""How fast the classical methods of localization are, beside pyroomacoustics."""

import json
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from time import perf_counter
from typing import Any

from bench import Bench, Row, compare

RATE, WINDOW = 16000, 512  # Hz, samples
METHODS = {
    "SRP": ("srp_phat", "≥ 20"),
    "MUSIC": ("music", "≥ 6"),
    "NormMUSIC": ("norm_music", "≥ 6"),
}
BATCH, DIRECTIONS, SAMPLES = 16, 360, 4096
MICROPHONES = (
    (0.05, 0.0, 0.0),
    (0.0, 0.05, 0.0),
    (-0.05, 0.0, 0.0),
    (0.0, -0.05, 0.0),
)  # m


def rows(bench: Bench) -> Iterator[Row]:
    """On one thread: pyroomacoustics' time for a clip over ours, from spectra to the direction."""
    if not find_spec("pyroomacoustics"):
        print("localization: pyroomacoustics is not installed", file=sys.stderr)
        return
    environment = {**bench.environment, "OMP_NUM_THREADS": "1"}
    for name, (_, goal) in METHODS.items():
        sides = json.loads(
            bench.call(
                [sys.executable, __file__, name, str(bench.options.laps)], environment
            )
        )
        yield compare(f"localization, {name}", goal, "pyroomacoustics", "Auris", sides)


def spectra() -> tuple[Any, Any]:
    """Of white noise in rooms: (B, M, all frequencies, T') and their frequencies in Hz."""
    import torch

    from auris.acoustics.doa.stft import spectrum
    from auris.acoustics.image_source import Rooms, impulse_responses

    draw = torch.Generator().manual_seed(0)
    size = torch.tensor([6.0, 5.0, 3.0]).expand(BATCH, 3)
    source = size * (0.1 + 0.3 * torch.rand(BATCH, 3, generator=draw))
    rooms = Rooms(
        size,
        torch.full((BATCH, 6), 0.4),
        source,
        size[:, None] * 0.6 + torch.tensor(MICROPHONES),
    )
    noise = torch.fft.rfft(torch.randn(BATCH, 1, 2 * SAMPLES, generator=draw))
    responses = torch.fft.rfft(impulse_responses(rooms, RATE, SAMPLES, 10), 2 * SAMPLES)
    wave = torch.fft.irfft(noise * responses)[..., SAMPLES:]
    return spectrum(wave, RATE, WINDOW, f_min=0, f_max=RATE)


def race(name: str, laps: int) -> None:
    """Print the seconds for a clip of both sides, which take turns; the first turn does not count."""
    import pyroomacoustics
    import torch

    from auris.acoustics import doa as directions
    from auris.core.malloc import keep_freed_blocks

    keep_freed_blocks()  # as train.py does
    torch.set_num_threads(1)
    x, hertz = spectra()
    microphones, places = torch.tensor(MICROPHONES), directions.circle(DIRECTIONS)
    band = (hertz >= 500) & (hertz < 4000)
    method = getattr(directions, METHODS[name][0])
    peer = getattr(pyroomacoustics.doa, name)(
        microphones.numpy().T, RATE, WINDOW, n_grid=DIRECTIONS
    )

    def ours() -> list[int]:
        return (
            method(x[:, :, band], microphones, places, hertz[band]).argmax(-1).tolist()
        )

    def theirs() -> list[int]:
        found = []
        for clip in x.numpy():
            peer.locate_sources(clip, freq_range=[500, 4000])
            found.append(int(peer.src_idx[0]))
        return found

    sides: dict[str, list[float]] = {"pyroomacoustics": [], "Auris": []}
    for _ in range(laps + 1):
        answers = [
            timed(work, sides[side])
            for side, work in (("pyroomacoustics", theirs), ("Auris", ours))
        ]
        steps = [
            (a - b + DIRECTIONS // 2) % DIRECTIONS - DIRECTIONS // 2
            for a, b in zip(*answers, strict=True)
        ]
        assert max(map(abs, steps)) <= 1, (
            "The answers are more than a step of the grid apart"
        )
    print(json.dumps({side: times[1:] for side, times in sides.items()}))


def timed(work: Any, times: list[float]) -> Any:
    start = perf_counter()
    answer = work()
    times.append((perf_counter() - start) / BATCH)
    return answer


if __name__ == "__main__":
    race(sys.argv[1], int(sys.argv[2]))
