"""Damaged recordings are answered or named, in prediction, training and audit."""

import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from children import Ended, carry_out
from ground import RATE, TRAIN, Tally, judge_sentence

_MOST_SECONDS = 30.0
_MOST_MIB = 3000.0
_FORMS = (
    ("wav", "PCM_16"),
    ("wav", "FLOAT"),
    ("flac", "PCM_16"),
    ("ogg", "VORBIS"),
    ("mp3", "MPEG_LAYER_III"),
    ("aiff", "PCM_24"),
)
_HEADER = 64  # bytes


def hunt_mutants(place: Path, draws: np.random.Generator, count: int) -> list[Tally]:
    """Each recording goes through all three commands. `place` has recordings and a run."""
    commands: dict[str, Callable[[Path, Path], str]] = {
        "predict": _predict,
        "train": _train,
        "audit": _audit,
    }
    tallies = {name: Tally(f"damaged recordings, {name}") for name in commands}
    for number in range(count):
        ending, subtype = _FORMS[number % len(_FORMS)]
        content = _mutate(_record(ending, subtype, draws), draws)
        mutant = place / f"mutant{number}.{ending}"
        mutant.write_bytes(content)
        for name, command in commands.items():
            tallies[name].note(mutant.name, command(place, mutant))
        mutant.unlink()
    return list(tallies.values())


def _record(ending: str, subtype: str, draws: np.random.Generator) -> bytes:
    """A second of a tone in some noise, of one or two channels, as a file."""
    channels = int(draws.integers(1, 3))
    tone = 0.4 * np.sin(np.arange(RATE)[:, None] / draws.uniform(2, 8))
    wave = tone + 0.05 * draws.standard_normal((RATE, channels))
    file = io.BytesIO()
    soundfile.write(file, wave, RATE, format=ending.upper(), subtype=subtype)
    return file.getvalue()


def _mutate(content: bytes, draws: np.random.Generator) -> bytes:
    """A file in which bits were flipped, numbers of the header replaced, or an end cut off."""
    damaged = bytearray(content)
    kind = draws.integers(4)
    if kind == 0:
        return bytes(damaged[: draws.integers(len(damaged))])
    reach = _HEADER if kind == 1 else len(damaged)
    if kind == 2:
        place = int(draws.integers(min(_HEADER, len(damaged)) - 4))
        damaged[place : place + 4] = draws.bytes(4)
        return bytes(damaged)
    for _ in range(draws.integers(1, 20)):
        damaged[draws.integers(reach)] ^= 1 << int(draws.integers(8))
    return bytes(damaged)


def _predict(place: Path, mutant: Path) -> str:
    done = carry_out(("predict", "run", mutant.name, "--mix", "--json"), place)
    if problem := _judge_effort(done):
        return problem
    if done.code:
        return judge_sentence(done, [mutant.name])
    return "an answer that is no number" if "NaN" in done.out else ""


def _train(place: Path, mutant: Path) -> str:
    words = (*TRAIN, "model=linear", "trainer.max_epochs=1", "test=false")
    with _Guest(place, mutant):
        done = carry_out(words, place)
    if problem := _judge_effort(done):
        return problem
    return judge_sentence(done, [mutant.name]) if done.code else ""


def _audit(place: Path, mutant: Path) -> str:
    words = ("audit", *TRAIN[1:])
    with _Guest(place, mutant) as folder:
        done = carry_out(words, place)
        there = sum(1 for path in folder.rglob("*.*"))
    if problem := _judge_effort(done):
        return problem
    pages = list(place.glob("out/audit/*/audit.json"))
    if len(pages) != 1:
        return f"{len(pages)} audits"
    audit = json.loads(pages[0].read_text())
    pages[0].unlink()
    if audit["recordings"] != there:
        return f"{audit['recordings']} of {there} recordings"
    return "can't be measured" if "can't be measured" in done.out else ""


def _judge_effort(done: Ended) -> str:
    """What a command took too much of, or that it ended in a way that none should."""
    if done.code not in (0, 1):
        return f"exit code {done.code}"
    if "Traceback" in done.said:
        return "a traceback"
    if done.seconds > _MOST_SECONDS:
        return f"{done.seconds:.0f} s"
    return f"{done.mib:.0f} MiB" if done.mib > _MOST_MIB else ""


class _Guest:
    """A recording that is among those of a folder for a while."""

    def __init__(self, place: Path, recording: Path):
        self.recording = recording
        self.folder = place / "recordings"
        self.copy = self.folder / "tone" / recording.name

    def __enter__(self) -> Path:
        shutil.copy(self.recording, self.copy)
        return self.folder

    def __exit__(self, *_: object) -> None:
        self.copy.unlink()
