"""Reading recordings: the one place where a file becomes samples, in training and in prediction."""

from pathlib import Path

import numpy as np
import soundfile
import soxr

SILENCE = 1e-5  # peak of full scale, -100 dB: below it there is nothing to learn from


SHORTEST = 0.05  # s; a shorter recording can't hold a frame of the usual features


UNKNOWN = 2**63 - 1  # samples that libsndfile reports where a header does not say


Samples = np.ndarray  # (C, T) float32


class Unusable(Exception):
    """A recording that can't be used; the text is the reason."""


def length(path: Path) -> float:
    """Duration of a recording in seconds, from its header. Raises `Unusable`."""
    return header(path).duration


def header(path: Path) -> "soundfile._SoundFileInfo":
    if not path.is_file():
        raise Unusable("there is no such file")
    try:
        info = soundfile.info(str(path))
    except soundfile.LibsndfileError as error:
        raise Unusable(f"unreadable ({error.error_string.rstrip('.')})") from error
    if info.frames == UNKNOWN:
        raise Unusable("does not say how long it is (a FLAC file written to a pipe?)")
    return info


def read(
    path: Path, sample_rate: int, start: float = 0.0, stop: float | None = None
) -> Samples:
    """Samples (C, T) of a stretch of a recording, at `sample_rate` in Hz; `start` and `stop` in seconds.

    Raises `Unusable` for a file that is unreadable, empty, too short or holds NaN.
    """
    info = header(path)
    first, last = (
        round(start * info.samplerate),
        None if stop is None else round(stop * info.samplerate),
    )
    try:
        wave, rate = soundfile.read(
            str(path),
            start=min(first, info.frames),
            stop=last,
            dtype="float32",
            always_2d=True,
        )
    except (soundfile.LibsndfileError, ValueError) as error:
        raise Unusable(f"unreadable ({error})") from error
    check(wave, rate)
    if rate != sample_rate:
        wave = soxr.resample(wave, rate, sample_rate)
    return np.ascontiguousarray(wave.T)


def check(wave: np.ndarray, rate: int) -> None:
    """Raise `Unusable` for samples (T, C) at `rate` that nothing can be learnt from."""
    if len(wave) == 0:
        raise Unusable("empty")
    if len(wave) < SHORTEST * rate:
        raise Unusable(f"too short ({1000 * len(wave) / rate:.0f} ms)")
    if not np.isfinite(wave).all():
        raise Unusable("holds NaN or infinite samples")


def is_silent(wave: Samples) -> bool:
    """Whether there is nothing to hear in (C, T)."""
    return np.abs(wave).max(initial=0.0) < SILENCE


def to_channels(wave: Samples, channels: int) -> Samples:
    """Average to one channel where one is asked for. Raises `Unusable` for any other difference.

    Several channels must be those of as many microphones that work: of a dead one, or of two that are one, nothing
    can be learnt about directions.
    """
    if channels == 1:
        return wave.mean(axis=0, keepdims=True)
    if len(wave) != channels:
        raise Unusable(f"has {len(wave)} channels and {channels} are needed")
    if not is_silent(wave):
        check_microphones(wave)
    return wave


def check_microphones(wave: Samples) -> None:
    """Raise `Unusable` where a channel of (C, T) is silent or the same as another one."""
    for number, channel in enumerate(wave, start=1):
        if is_silent(channel):
            raise Unusable(
                f"channel {number} of {len(wave)} is silent, as if its microphone were broken"
            )
        for other, earlier in enumerate(wave[: number - 1], start=1):
            if np.array_equal(channel, earlier):
                raise Unusable(
                    f"channels {other} and {number} of {len(wave)} are the same, as in a mono recording"
                )


def fit(wave: Samples, samples: int, padding: str) -> Samples:
    """Cut (C, T) to `samples`, or fill it up: "repeat" plays it again, "zeros" adds silence."""
    missing = samples - wave.shape[1]
    if missing <= 0:
        return wave[:, :samples]
    return np.pad(
        wave, ((0, 0), (0, missing)), mode="wrap" if padding == "repeat" else "constant"
    )
