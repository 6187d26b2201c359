"""A trained model, asked about recordings and samples."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from auris.api.table import Table
from auris.core.errors import UserError
from auris.data.spec import Spec
from auris.inference.predictor import Predictor, find_recordings
from auris.inference.recordings import ArrayRecording, Recording

_NEITHER = "{} is no recording; give a path, several, or samples (T,) or (C, T) and sample_rate."
_NO_RATE = (
    "Samples do not tell their rate; say it, as in model(samples, sample_rate=44100)."
)
_NUMERIC = "biufc"  # kinds of arrays, as numpy calls them
_TWO_RATES = "A file tells its rate itself; leave out sample_rate."


def load(
    run: str | Path, *, mix: bool = False, plugins: Sequence[str] = ()
) -> "TrainedModel":
    """The model of a finished run, or of a file that was exported from one.

    Args:
        run: folder of the run, such as outputs/cats_babies/mlp/latest, or an .onnx file.
        mix: average the channels of recordings that have more than the model hears.
        plugins: packages besides auris and its libraries whose classes the run may name.

    Raises `UserError` where there is no such model.
    """
    return TrainedModel(str(run), Predictor(str(run), mix, plugins))


@final
class TrainedModel:
    """A model that answers: `model("meow.wav")`, or `model(samples, sample_rate=44100)`."""

    def __init__(self, name: str, predictor: Predictor):
        self._name = name
        self._predictor = predictor

    @property
    def spec(self) -> Spec:
        """What it hears, and the classes that it tells apart."""
        return self._predictor.spec

    def __call__(
        self, *recordings: Any, sample_rate: int | None = None, windows: bool = False
    ) -> Table:
        """What the model says: a row for each recording, as `auris predict` gives it.

        Args:
            recordings: paths of files or folders, or samples (T,) or (C, T), of which 1 is full
                scale, or of integers their largest.
            sample_rate: of the samples, in Hz; those of another rate are resampled.
            windows: a row for each window of a long recording, as there always is of anomalies
                and directions.

        Raises `UserError` for what the model can't hear.
        """
        rows: list[dict[str, Any]] = []
        for recording in _open_all(recordings, sample_rate):
            rows += self._predictor.rows(recording, windows)
        return Table(rows)

    def embed(self, *recordings: Any, sample_rate: int | None = None) -> np.ndarray:
        """What the model makes of a recording before it answers, (W,), or of several, (N, W).

        Of a long recording it is the mean over windows. Arguments and errors are those of a
        call; formulas and exported files have none.
        """
        opened = list(_open_all(recordings, sample_rate))
        vectors = np.stack([self._predictor.embed(recording) for recording in opened])
        return vectors[0] if len(opened) == 1 else vectors

    def __repr__(self) -> str:
        spec = self.spec
        hears = f"{spec.duration:g} s at {spec.sample_rate} Hz, {spec.channels} channel"
        plural = "s" if spec.channels > 1 else ""
        return f"<model of {self._name}: hears {hears}{plural}>"


def _open_all(
    recordings: Sequence[Any], sample_rate: int | None
) -> Iterator[Path | Recording]:
    """The recordings that are named, and those that are given. Raises `UserError`."""
    if not recordings:
        raise UserError(_NEITHER.format("Nothing"))
    for recording in recordings:
        places = _places_of(recording)
        if not places:
            yield _from_samples(recording, sample_rate)
        elif sample_rate is not None:
            raise UserError(_TWO_RATES)
        else:
            yield from find_recordings(places)


def _places_of(recording: Any) -> list[str | Path]:
    """The paths that somebody means; none where it is no path."""
    given = recording if isinstance(recording, list | tuple) else [recording]
    are_paths = all(isinstance(place, str | Path) for place in given)
    return list(given) if are_paths else []


def _from_samples(recording: Any, sample_rate: int | None) -> ArrayRecording:
    """Samples that are checked. Raises `UserError`."""
    wave = np.asarray(recording)
    is_numeric = wave.dtype.kind in _NUMERIC
    if wave.ndim == 0 or not is_numeric:
        raise UserError(_NEITHER.format(repr(recording)))
    if sample_rate is None:
        raise UserError(_NO_RATE)
    if isinstance(sample_rate, bool) or sample_rate != int(sample_rate):
        raise UserError(f"sample_rate={sample_rate} should be a whole number of Hz.")
    return ArrayRecording(wave, int(sample_rate))
