"""A trained model put to work on recordings of any length, rate and format."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

import numpy as np

from auris.core.errors import UserError
from auris.data import audio
from auris.data.clips import recordings
from auris.inference.load import open_trained
from auris.inference.model import NOVEL_RATE
from auris.tasks.output import Reading

OVERLAP = 0.5  # of the windows of a long recording, where one answer is wanted for all of it


SAME = 1e-3  # s


BATCH = 32  # windows at a time, so that an hour takes no more memory than a minute


class Answer(NamedTuple):
    """What the model says of a stretch of a recording."""

    path: Path
    start: float  # s
    stop: float  # s
    decoded: np.ndarray  # (...)
    novelty: float | None = None  # how unlike all that trained, from 0 to 1


class Predictor:
    """The model of a finished run, or what was exported of it. It needs the run's folder, or that file, only.

    Args:
        run: folder of the run, or the file.
        mix: average the channels of recordings that have more than the model hears.
        plugins: packages besides auris and its libraries whose classes the run may name.

    Raises `UserError` where there is no such model.
    """

    def __init__(self, run: str, mix: bool = False, plugins: Sequence[str] = ()):
        self.model = open_trained(run, plugins)
        self.spec, self.reading = self.model.spec, self.model.reading
        self.mix = mix or self.spec.mixed

    def __call__(self, path: Path) -> Iterator[Answer]:
        """What the model says of each window of a recording. Raises `UserError` for one that can't be used."""
        try:
            yield from self.windows(path)
        except audio.Unusable as error:
            raise UserError(f"{path} can't be used: {error}.") from error

    def windows(self, path: Path) -> Iterator[Answer]:
        self.check_channels(path)
        self.check_rate(path)
        pairs = ((span, self.window(path, *span)) for span in self.spans(audio.length(path)))
        silent, told = True, 0.0  # s; until when every moment has its answer
        heard = (
            (span, wave)
            for span, wave in pairs
            if self.reading.reads_silence or not audio.is_silent(wave)
        )
        while batch := list(islice(heard, BATCH)):
            waves = np.stack([wave for _, wave in batch])  # (B, C, T)
            silent &= all(audio.is_silent(wave) for _, wave in batch)
            said = zip(batch, self.model.decode(waves), self.model.unlike(waves), strict=True)
            for (span, _), decoded, novelty in said:
                fresh = [
                    answer
                    for answer in self.moments(path, *span, decoded)
                    if answer.stop > told + SAME
                ]
                yield from (
                    answer._replace(start=max(answer.start, told), novelty=novelty)
                    for answer in fresh
                )
                told = span[1] if self.reading.timeline else told
        if silent:
            raise audio.Unusable("silent")

    def moments(
        self, path: Path, start: float, stop: float, decoded: np.ndarray
    ) -> Iterator[Answer]:
        """The answer to a window, or one for each of the moments that the task tells apart."""
        parts = self.reading.moments(decoded)
        length = self.spec.duration / len(parts)  # s
        for place, part in enumerate(parts):
            if start + place * length < stop:
                yield Answer(
                    path, start + place * length, min(start + (place + 1) * length, stop), part
                )

    def spans(self, duration: float) -> Iterator[tuple[float, float]]:
        """Start and stop of each window in seconds; the last one ends with the recording."""
        length = self.spec.duration
        hop = length if self.reading.timeline else length * (1 - OVERLAP)
        count = max(0, int(np.ceil((duration - length) / hop - 1e-6)))
        for start in [i * hop for i in range(count)] + [max(0.0, duration - length)]:
            yield start, min(start + length, duration)

    def window(self, path: Path, start: float, stop: float) -> np.ndarray:
        """A window (C, T) as the model saw them in training."""
        wave = audio.read(path, self.spec.sample_rate, start, stop)
        wave = audio.to_channels(wave, self.spec.channels)
        return audio.fit(wave, self.spec.samples, self.spec.padding)

    def check_channels(self, path: Path) -> None:
        channels = audio.header(path).channels
        if channels != self.spec.channels and not (self.mix and self.spec.channels == 1):
            hint = "; --mix averages them" if self.spec.channels == 1 else ""
            raise audio.Unusable(
                f"it has {channels} channels and the model hears {self.spec.channels}{hint}"
            )

    def check_rate(self, path: Path) -> None:
        """Raise `Unusable` where what a recording lacks would be taken for an anomaly."""
        rate, heard = audio.header(path).samplerate, self.spec.sample_rate
        if self.reading.needs_band and rate < heard:
            raise audio.Unusable(
                f"it holds nothing above {rate / 2000:g} kHz (sampled at {rate} Hz), where the model "
                f"listens up to {heard / 2000:g} kHz"
            )


def find_recordings(places: list[str]) -> list[Path]:
    """The recordings that are named, and all below the folders that are named."""
    found: list[Path] = []
    for place in map(Path, places):
        if not place.exists():
            raise UserError(f"There is no {place}; name recordings or folders of them.")
        below = recordings(place) if place.is_dir() else [place]
        if not below:
            raise UserError(f"There is no recording below {place}.")
        found += below
    return found


def summary(answers: list[Answer], reading: Reading) -> dict[str, Any]:
    """What the model says of a recording as a whole: the mean over its windows."""
    decoded = np.mean([answer.decoded for answer in answers], axis=0)
    unlike = [answer.novelty for answer in answers if answer.novelty is not None]
    novelty = mean(unlike) if unlike else None
    return row(
        Answer(answers[0].path, answers[0].start, answers[-1].stop, decoded, novelty), reading
    )


def row(answer: Answer, reading: Reading) -> dict[str, Any]:
    """An answer as a row of a table."""
    times = {"start": round(answer.start, 3), "stop": round(answer.stop, 3)}
    said = {"path": str(answer.path), **times, **reading.answer(answer.decoded)}
    if answer.novelty is None:
        return said
    return {
        **said,
        "novelty": round(answer.novelty, 3),
        "is_novel": answer.novelty >= 1 - NOVEL_RATE,
    }
