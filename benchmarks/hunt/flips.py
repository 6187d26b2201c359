"""A flipped bit in weights, exported model or store is noticed, or changes nothing."""

import shutil
from pathlib import Path

import numpy as np
from children import carry_out
from ground import TRAIN, Tally, judge_sentence

_RECORDING = "recordings/tone/3.wav"


def hunt_flips(place: Path, draws: np.random.Generator, count: int) -> list[Tally]:
    """`count` flips in each of the three. `place` has recordings and a run."""
    carry_out(("export", "run"), place)
    return [
        _hunt_answers(place, "model.pt", "run", draws, count),
        _hunt_answers(place, "model.onnx", "run/model.onnx", draws, count),
        _hunt_store(place, draws, count),
    ]


def _hunt_answers(
    place: Path, name: str, model: str, draws: np.random.Generator, count: int
) -> Tally:
    tally = Tally(f"a flipped bit in {name}")
    words = ("predict", model, _RECORDING, "--json")
    expected = carry_out(words, place).out
    path = place / "run" / name
    content = path.read_bytes()
    for _ in range(count):
        at, bit = _flip(path, content, draws)
        done = carry_out(words, place)
        is_same = done.code == 0 and done.out == expected
        tally.note(f"{at}:{bit}", "" if is_same else judge_sentence(done, [name]))
    path.write_bytes(content)
    return tally


def _hunt_store(place: Path, draws: np.random.Generator, count: int) -> Tally:
    """A damaged pack is built anew, which is said, and the run is the same."""
    tally = Tally("a flipped bit in the store")
    words = (*TRAIN, "model=linear", "trainer.max_epochs=1", "test=false")
    shutil.rmtree(place / "store")

    def train() -> str:
        """The scores of the run, without the lines that tell where and when it is."""
        lines = carry_out(words, place).out.splitlines()
        return "\n".join(line for line in lines if line.startswith("  "))

    expected = train()
    assert expected
    files: list[Path] = [*place.glob("store/*/*/*"), place / "store/files.json"]
    for number in range(count):
        path = files[number % len(files)]
        content = path.read_bytes()
        at, bit = _flip(path, content, draws)
        is_same = train() == expected
        tally.note(f"{path.name} {at}:{bit}", "" if is_same else "another result")
        path.write_bytes(content)
    return tally


def _flip(path: Path, content: bytes, draws: np.random.Generator) -> tuple[int, int]:
    """Flip one bit of a file; returns the byte and the bit."""
    at, bit = int(draws.integers(len(content))), int(draws.integers(8))
    damaged = bytearray(content)
    damaged[at] ^= 1 << bit
    path.write_bytes(damaged)
    return at, bit
