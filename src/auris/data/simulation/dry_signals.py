"""What sounds in a room: made up, or recorded where nothing echoes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from auris.acoustics.speech import noise_bursts, speech_like, to_unit_power
from auris.core.errors import UserError, suggest_choice
from auris.data import audio
from auris.data.folders import list_recordings
from auris.data.splits import SPLITS

# (rng, seconds, sample rate) -> (T,) of unit power
DrySignal = Callable[[np.random.Generator, float, int], np.ndarray]

SYNTHETIC: dict[str, DrySignal] = {"talk": speech_like, "bursts": noise_bursts}


class RecordedSignal:
    """A stretch of one of some recordings, played again where it is too short."""

    def __init__(self, paths: Sequence[Path]):
        self.paths = paths

    def __call__(
        self, rng: np.random.Generator, seconds: float, rate: int
    ) -> np.ndarray:
        path = self.paths[int(rng.integers(len(self.paths)))]
        try:
            start = rng.uniform(0, max(0.0, audio.read_duration(path) - seconds))
            wave = audio.read_samples(path, rate, start, start + seconds)  # (C, T)
        except audio.Unusable as error:
            raise UserError(
                f"data.dry_folder: {path} can't be used: {error}."
            ) from error
        mono = wave.mean(0, keepdims=True)
        return to_unit_power(audio.fit_length(mono, round(seconds * rate), "repeat")[0])


def list_sizes(folder: str) -> list[tuple[str, int]]:
    """Names and sizes in bytes of the recordings below a folder: other ones make other scenes."""
    root = Path(folder).expanduser()
    return [
        (str(path.relative_to(root)), path.stat().st_size)
        for path in list_recordings(root)
    ]


def load_dry_signals(
    names: Sequence[str], folder: str | None
) -> dict[str, list[DrySignal]]:
    """What sounds in each split: synthetic signals of these names, or the recordings of a folder.

    Raises `UserError` for unknown names, or too few of either.
    """
    if folder is not None:
        return _deal_recordings(folder)
    for name in names:
        if name not in SYNTHETIC:
            raise UserError(
                f"There is no data.sounds={name}; {suggest_choice(name, SYNTHETIC)}"
            )
    if not names:
        raise UserError(
            f"data.sounds is empty; name one or more of {', '.join(SYNTHETIC)}."
        )
    return {split: [SYNTHETIC[name] for name in names] for split in SPLITS}


def _deal_recordings(folder: str) -> dict[str, list[DrySignal]]:
    """A part of the recordings for each split. The first of three tests, the second validates."""
    paths = list_recordings(Path(folder).expanduser())
    if len(paths) < len(SPLITS):
        raise UserError(
            f"data.dry_folder={folder} holds {len(paths)} recordings; 3 or more are needed, "
            "as none may sound in two of the sets."
        )
    parts = enumerate(reversed(SPLITS))
    return {
        split: [RecordedSignal(paths[first :: len(SPLITS)])] for first, split in parts
    }
