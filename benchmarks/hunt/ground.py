"""What all hunts share: recordings, a finished run of them, and the tally of what was tried."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile
from children import Ended, carry_out

RATE = 8000  # Hz
_EACH = 12  # recordings of a class
_UNHELPFUL = ("Traceback", "debug=true", "weights_only", "Logging error")
TRAIN = (
    *("train", "data=folder", "data.root=recordings", "data.duration=0.5"),
    *("trainer=cpu", "logger=csv", "report=false"),
    *("paths.outputs=out", "paths.store=store"),
)


@dataclass
class Tally:
    """What was tried of one kind, and what fell short."""

    hunt: str
    tried: int = 0
    short: list[str] = field(default_factory=list)

    def note(self, what: str, problem: str) -> None:
        """Count a trial, with what is wrong with its end, if anything is."""
        self.tried += 1
        if problem:
            self.short.append(f"{what}: {problem}")


def write_recordings(folder: Path) -> None:
    """Tones and hisses of half a second, a class each, no two alike."""
    time = np.arange(RATE // 2) / RATE  # (T,) in s
    for number in range(_EACH):
        hiss = 0.1 * np.random.default_rng(number).standard_normal(len(time))
        tone = 0.5 * np.sin(2 * np.pi * (300 + 50 * number) * time)
        for label, wave in (("hiss", hiss), ("tone", tone)):
            path = folder / label / f"{number}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, wave, RATE)


def prepare_ground(place: Path) -> Path:
    """A folder with recordings and, as `run`, a finished run of them."""
    place.mkdir(parents=True)
    write_recordings(place / "recordings")
    words = (*TRAIN, "model=linear", "trainer.max_epochs=2", "test=true")
    done = carry_out(words, place)
    assert done.code == 0, done.said
    (run,) = place.glob("out/*/linear/2*")
    shutil.copytree(run, place / "run")
    return place


def judge_sentence(done: Ended, names: Sequence[str] = ()) -> str:
    """What is wrong with a command that should end in one sentence that names something."""
    lines = done.error.strip().splitlines()
    if done.code != 1:
        return f"exit code {done.code}"
    if found := [word for word in _UNHELPFUL if word in done.said]:
        return f"says {found[0]}"
    # a notice may stand above it, as that a recording was cut short
    sentences = [line for line in lines if line.startswith("auris: ")]
    if sentences != lines[-1:]:
        return f"{len(sentences)} sentences"
    if names and not any(name in sentences[0] for name in names):
        return f"does not name {names[0]}"
    return ""
