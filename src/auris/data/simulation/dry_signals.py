"""What sounds in a room: made up, or recorded where nothing echoes."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from auris.acoustics.speech import noise_bursts, speech_like, to_unit_power
from auris.core.errors import UserError, suggest_choice
from auris.data import audio
from auris.data.clips import list_recordings
from auris.data.splits import SPLITS

Dry = Callable[
    [np.random.Generator, float, int], np.ndarray
]  # (rng, seconds, sample rate) -> (T,) of unit power


MADE: dict[str, Dry] = {"talk": speech_like, "bursts": noise_bursts}


class Recorded:
    """A stretch of one of some recordings, played again where it is too short."""

    def __init__(self, paths: Sequence[Path]):
        self.paths = paths

    def __call__(
        self, rng: np.random.Generator, seconds: float, rate: int
    ) -> np.ndarray:
        path = self.paths[int(rng.integers(len(self.paths)))]
        try:
            start = rng.uniform(0, max(0.0, audio.read_duration(path) - seconds))
            wave = audio.read_samples(path, rate, start, start + seconds).mean(
                0, keepdims=True
            )
        except audio.Unusable as error:
            raise UserError(f"data.sources: {path} can't be used: {error}.") from error
        return to_unit_power(audio.fit_length(wave, round(seconds * rate), "repeat")[0])


def listing(folder: str) -> list[tuple[str, int]]:
    """Names and sizes in bytes of the recordings below a folder: with others, scenes would be others."""
    root = Path(folder).expanduser()
    return [
        (str(path.relative_to(root)), path.stat().st_size)
        for path in list_recordings(root)
    ]


def dry_sounds(names: Sequence[str], folder: str | None) -> dict[str, list[Dry]]:
    """What sounds in each set: the made-up sounds of these names, or a share of the recordings below a folder.

    The first of three recordings tests, the second validates. Raises `UserError` for unknown names, or too few of
    either.
    """
    if folder is not None:
        paths = list_recordings(Path(folder).expanduser())
        if len(paths) < len(SPLITS):
            raise UserError(
                f"data.sources={folder} holds {len(paths)} recordings; 3 or more are needed, as none may "
                "sound in two of the sets."
            )
        return {
            name: [Recorded(paths[i :: len(SPLITS)])]
            for i, name in enumerate(reversed(SPLITS))
        }
    for name in names:
        if name not in MADE:
            raise UserError(
                f"There is no data.sounds={name}; {suggest_choice(name, MADE)}"
            )
    if not names:
        raise UserError(f"data.sounds is empty; name one or more of {', '.join(MADE)}.")
    return {name: [MADE[sound] for sound in names] for name in SPLITS}
