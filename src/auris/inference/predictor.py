"""A trained model put to work on recordings of any length, rate and format."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple, final

import numpy as np

from auris.core.errors import UserError
from auris.core.warnings import warn_user
from auris.data import audio
from auris.data.folders import list_recordings
from auris.inference.load import open_trained
from auris.inference.model import NOVEL_RATE
from auris.tasks.output import OutputFormat

_OVERLAP = 0.5  # of the windows of a long recording, where one prediction is wanted for all of it
_SAME_TIME = 1e-3  # s
_BATCH_SIZE = 32  # windows, so that an hour takes no more memory than a minute

Span = tuple[float, float]  # start and stop in s


class WindowPrediction(NamedTuple):
    """What the model says of a stretch of a recording."""

    path: Path
    start: float  # s
    stop: float  # s
    decoded: np.ndarray  # (...)
    novelty: float | None = None  # how unlike all that trained, from 0 to 1


@final
class Predictor:
    """The model of a finished run, or what was exported of it.

    Args:
        run: folder of the run, or the file. Nothing else is needed.
        mix: average the channels of recordings that have more than the model hears.
        plugins: packages besides auris and its libraries whose classes the run may name.

    Raises `UserError` where there is no such model.
    """

    def __init__(self, run: str, mix: bool = False, plugins: Sequence[str] = ()):
        self.model = open_trained(run, plugins)
        self.spec = self.model.spec
        self.output = self.model.output
        self.mix = mix or self.spec.downmixed

    def __call__(self, path: Path) -> Iterator[WindowPrediction]:
        """What the model says of each window. Raises `UserError` for a recording it can't use."""
        try:
            yield from self._predict_windows(path)
        except audio.Unusable as error:
            raise UserError(f"{path} can't be used: {error}.") from error

    def rows(self, path: Path, windows: bool) -> Iterator[dict[str, Any]]:
        """A row for the recording, or one for each of its windows where people want these."""
        if windows or self.output.per_window:
            return (prediction_row(window, self.output) for window in self(path))
        return iter([_average_row(list(self(path)), self.output)])

    def _predict_windows(self, path: Path) -> Iterator[WindowPrediction]:
        self._check_channels(path)
        self._check_rate(path)
        if audio.read_header(path).truncated:
            warn_user(f"{path} ends before its header says, as after a broken copy.")
        is_silent = True
        covered = 0.0  # s; until when every moment has its prediction
        for spans, wave in self._batches(path):
            is_silent &= all(audio.is_silent(window) for window in wave)
            decoded = self.model.decode(wave)  # (B, ...)
            novelty = self.model.novelty_of(wave)
            _check_finite(path, decoded, novelty)
            for span, own, unlike in zip(spans, decoded, novelty, strict=True):
                for part in self._split_in_time(path, span, own):
                    if part.stop > covered + _SAME_TIME:
                        yield part._replace(
                            start=max(part.start, covered), novelty=unlike
                        )
                covered = span[1] if self.output.per_window else covered
        if is_silent:
            raise audio.Unusable("silent")

    def _batches(self, path: Path) -> Iterator[tuple[list[Span], np.ndarray]]:
        """The spans of some windows at a time, with their waves (B, C, T)."""
        windows = ((span, self._read_window(path, *span)) for span in self._spans(path))
        audible = (
            (span, wave)
            for span, wave in windows
            if self.output.reads_silence or not audio.is_silent(wave)
        )
        while batch := list(islice(audible, _BATCH_SIZE)):
            yield [span for span, _ in batch], np.stack([wave for _, wave in batch])

    def _split_in_time(
        self, path: Path, span: Span, decoded: np.ndarray
    ) -> Iterator[WindowPrediction]:
        """The prediction of a window, or one for each of the moments that the task tells apart."""
        start, stop = span
        parts = self.output.split_in_time(decoded)
        length = self.spec.duration / len(parts)  # s
        for place, part in enumerate(parts):
            first = start + place * length
            if first < stop:
                yield WindowPrediction(path, first, min(first + length, stop), part)

    def _spans(self, path: Path) -> Iterator[Span]:
        """Of each window; the last one ends with the recording."""
        duration = audio.read_duration(path)
        length = self.spec.duration
        hop = length if self.output.per_window else length * (1 - _OVERLAP)
        count = max(0, int(np.ceil((duration - length) / hop - 1e-6)))
        starts = [i * hop for i in range(count)]
        for start in [*starts, max(0.0, duration - length)]:
            yield start, min(start + length, duration)

    def _read_window(self, path: Path, start: float, stop: float) -> np.ndarray:
        """A window (C, T) as the model saw them in training."""
        wave = audio.read_samples(path, self.spec.sample_rate, start, stop)
        wave = audio.to_channels(wave, self.spec.heard_channels)
        return audio.fit_length(wave, self.spec.samples, self.spec.padding)

    def _check_channels(self, path: Path) -> None:
        if self.spec.chosen_channels:
            return  # they are told by name where they lack
        channels = audio.read_header(path).channels
        needed = self.spec.channels
        if channels != needed and not (self.mix and needed == 1):
            hint = "; --mix averages them" if needed == 1 else ""
            raise audio.Unusable(
                f"it has {channels} channels and the model hears {needed}{hint}"
            )

    def _check_rate(self, path: Path) -> None:
        """Raise `Unusable` where what a recording lacks would be taken for an anomaly."""
        rate = audio.read_header(path).samplerate
        needed = self.spec.sample_rate
        if self.output.requires_full_band and rate < needed:
            raise audio.Unusable(
                f"it holds nothing above {rate / 2000:g} kHz (sampled at {rate} Hz), where the "
                f"model listens up to {needed / 2000:g} kHz"
            )


def find_recordings(places: Iterable[str]) -> list[Path]:
    """The recordings that are named, and all below the folders that are named."""
    found: list[Path] = []
    for place in map(Path, places):
        if not place.exists():
            raise UserError(f"There is no {place}; name recordings or folders of them.")
        below = list_recordings(place) if place.is_dir() else [place]
        if not below:
            raise UserError(f"There is no recording below {place}.")
        found += below
    return found


def _check_finite(
    path: Path, decoded: np.ndarray, novelty: Sequence[float | None]
) -> None:
    """Raise `UserError` where the model says of a recording what is no number."""
    numbers = [value for value in novelty if value is not None]
    if not (np.isfinite(decoded).all() and np.isfinite(numbers).all()):
        raise UserError(f"The model's answer to {path} is not a finite number.")


def prediction_row(
    prediction: WindowPrediction, output: OutputFormat
) -> dict[str, Any]:
    """A prediction as a row of a table."""
    row = {
        "path": str(prediction.path),
        "start": round(prediction.start, 3),
        "stop": round(prediction.stop, 3),
        **output.to_row(prediction.decoded),
    }
    if prediction.novelty is not None:
        row["novelty"] = round(prediction.novelty, 3)
        row["is_novel"] = prediction.novelty >= 1 - NOVEL_RATE
    return row


def _average_row(
    windows: Sequence[WindowPrediction], output: OutputFormat
) -> dict[str, Any]:
    """The mean of the predictions to the windows of a recording, as a row."""
    decoded = np.mean([window.decoded for window in windows], axis=0)
    known = [window.novelty for window in windows if window.novelty is not None]
    novelty = mean(known) if known else None
    first = windows[0]
    last = windows[-1]
    average = WindowPrediction(first.path, first.start, last.stop, decoded, novelty)
    return prediction_row(average, output)
