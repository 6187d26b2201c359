"""A trained model put to work on recordings of any length, rate and format."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
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
from auris.inference.recordings import FileRecording, Recording
from auris.tasks.output import OutputFormat

_OVERLAP = 0.5  # of the windows of a long recording, where one prediction is wanted for all of it
_SAME_TIME = 1e-3  # s
_BATCH_SIZE = 32  # windows, so that an hour takes no more memory than a minute

Span = tuple[float, float]  # start and stop in s


class WindowPrediction(NamedTuple):
    """What the model says of a stretch of a recording."""

    name: str  # of the recording
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

    def __call__(self, source: Path | Recording) -> Iterator[WindowPrediction]:
        """What the model says of each window. Raises `UserError` for a recording it can't use."""
        with _opened(source) as recording:
            yield from self._predict_windows(recording)

    def rows(self, source: Path | Recording, windows: bool) -> Iterator[dict[str, Any]]:
        """A row for the recording, or one for each of its windows where people want these."""
        predictions = self(source)
        if windows or self.output.per_window:
            return (prediction_row(window, self.output) for window in predictions)
        return iter([_average_row(list(predictions), self.output)])

    def embed(self, source: Path | Recording) -> np.ndarray:
        """The vector (W,) that the model makes of a recording before it answers, the mean over
        windows.

        Raises `UserError` for a recording it can't use, and where the model has none.
        """
        with _opened(source) as recording:
            self._check_recording(recording)
            batches = [self.model.embed(wave) for _, wave in self._batches(recording)]
            if not batches:
                raise audio.Unusable("silent")
        return np.concatenate(batches).mean(0)  # (N, W) -> (W,)

    def _predict_windows(self, recording: Recording) -> Iterator[WindowPrediction]:
        self._check_recording(recording)
        is_silent = True
        covered = 0.0  # s; until when every moment has its prediction
        for spans, wave in self._batches(recording):
            is_silent &= all(audio.is_silent(window) for window in wave)
            decoded = self.model.decode(wave)  # (B, ...)
            novelty = self.model.novelty_of(wave)
            _check_finite(recording.name, decoded, novelty)
            for span, own, unlike in zip(spans, decoded, novelty, strict=True):
                for part in self._split_in_time(recording.name, span, own):
                    if part.stop > covered + _SAME_TIME:
                        yield part._replace(
                            start=max(part.start, covered), novelty=unlike
                        )
                covered = span[1] if self.output.per_window else covered
        if is_silent:
            raise audio.Unusable("silent")

    def _batches(self, recording: Recording) -> Iterator[tuple[list[Span], np.ndarray]]:
        """The spans of some windows at a time, with their waves (B, C, T)."""
        windows = (
            (span, self._read_window(recording, *span))
            for span in self._spans(recording.header.duration)
        )
        audible = (
            (span, wave)
            for span, wave in windows
            if self.output.reads_silence or not audio.is_silent(wave)
        )
        while batch := list(islice(audible, _BATCH_SIZE)):
            yield [span for span, _ in batch], np.stack([wave for _, wave in batch])

    def _split_in_time(
        self, name: str, span: Span, decoded: np.ndarray
    ) -> Iterator[WindowPrediction]:
        """The prediction of a window, or one for each of the moments that the task tells apart."""
        start, stop = span
        parts = self.output.split_in_time(decoded)
        length = self.spec.duration / len(parts)  # s
        for place, part in enumerate(parts):
            first = start + place * length
            if first < stop:
                yield WindowPrediction(name, first, min(first + length, stop), part)

    def _spans(self, duration: float) -> Iterator[Span]:
        """Of each window of a recording of `duration` s; the last one ends with it."""
        length = self.spec.duration
        hop = length if self.output.per_window else length * (1 - _OVERLAP)
        count = max(0, int(np.ceil((duration - length) / hop - 1e-6)))
        starts = [i * hop for i in range(count)]
        for start in [*starts, max(0.0, duration - length)]:
            yield start, min(start + length, duration)

    def _read_window(
        self, recording: Recording, start: float, stop: float
    ) -> np.ndarray:
        """A window (C, T) as the model saw them in training."""
        wave = recording.read(self.spec.sample_rate, start, stop)
        wave = audio.to_channels(wave, self.spec.heard_channels)
        return audio.fit_length(wave, self.spec.samples, self.spec.padding)

    def _check_recording(self, recording: Recording) -> None:
        """Raise `Unusable` for what the model can't hear; say what is cut short."""
        header = recording.header
        self._check_channels(header.channels)
        self._check_rate(header.samplerate)
        if header.truncated:
            name = recording.name
            warn_user(f"{name} ends before its header says, as after a broken copy.")

    def _check_channels(self, channels: int) -> None:
        if self.spec.chosen_channels:
            return  # they are told by name where they lack
        needed = self.spec.channels
        if channels != needed and not (self.mix and needed == 1):
            hint = (
                "; --mix averages them (in Python load(..., mix=True))"
                if needed == 1
                else ""
            )
            raise audio.Unusable(
                f"it has {channels} channels and the model hears {needed}{hint}"
            )

    def _check_rate(self, rate: int) -> None:
        """Raise `Unusable` where what a recording lacks would be taken for an anomaly."""
        needed = self.spec.sample_rate
        if self.output.requires_full_band and rate < needed:
            raise audio.Unusable(
                f"it holds nothing above {rate / 2000:g} kHz (sampled at {rate} Hz), where the "
                f"model listens up to {needed / 2000:g} kHz"
            )


def find_recordings(places: Iterable[str | Path]) -> list[Path]:
    """The recordings that are named, and all below the folders that are named.

    Raises `UserError` where there is none.
    """
    found: list[Path] = []
    for place in (Path(place).expanduser() for place in places):
        if not place.exists():
            raise UserError(f"There is no {place}; name recordings or folders of them.")
        below = list_recordings(place) if place.is_dir() else [place]
        if not below:
            raise UserError(f"There is no recording below {place}.")
        found += below
    return found


@contextmanager
def _opened(source: Path | Recording) -> Iterator[Recording]:
    """A recording. Raises `UserError` where it turns out that it can't be used."""
    recording = FileRecording(source) if isinstance(source, Path) else source
    try:
        yield recording
    except audio.Unusable as error:
        raise UserError(f"{recording.name} can't be used: {error}.") from error


def _check_finite(
    name: str, decoded: np.ndarray, novelty: Sequence[float | None]
) -> None:
    """Raise `UserError` where the model says of a recording what is no number."""
    numbers = [value for value in novelty if value is not None]
    if not (np.isfinite(decoded).all() and np.isfinite(numbers).all()):
        raise UserError(f"The model's answer to {name} is not a finite number.")


def prediction_row(
    prediction: WindowPrediction, output: OutputFormat
) -> dict[str, Any]:
    """A prediction as a row of a table."""
    row = {
        "path": prediction.name,
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
    average = WindowPrediction(first.name, first.start, last.stop, decoded, novelty)
    return prediction_row(average, output)
