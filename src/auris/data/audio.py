"""Reading recordings: the one place where a file becomes samples.

Training and prediction both come here.
"""

from pathlib import Path

import numpy as np
import soundfile
import soxr

MIN_DURATION = 0.05  # s; a shorter recording can't hold a frame of the usual features
SILENCE_PEAK = 1e-5  # of full scale, -100 dB: below it there is nothing to learn from
_UNKNOWN_FRAMES = 2**63 - 1  # what libsndfile reports where a header does not say

Samples = np.ndarray  # (C, T) float32


class Unusable(Exception):
    """A recording that can't be used; the text is the reason."""


def read_duration(path: Path) -> float:
    """Duration of a recording in seconds, from its header. Raises `Unusable`."""
    return read_header(path).duration


def read_header(path: Path) -> "soundfile._SoundFileInfo":
    """What a file says of itself. Raises `Unusable`."""
    if not path.is_file():
        raise Unusable("there is no such file")
    try:
        header = soundfile.info(str(path))
    except soundfile.LibsndfileError as error:
        reason = error.error_string.rstrip(".")
        raise Unusable(f"unreadable ({reason})") from error
    if header.frames == _UNKNOWN_FRAMES:
        raise Unusable("does not say how long it is (a FLAC file written to a pipe?)")
    return header


def read_samples(
    path: Path, sample_rate: int, start: float = 0.0, stop: float | None = None
) -> Samples:
    """Samples (C, T) of a recording from `start` to `stop` in s, at `sample_rate` in Hz.

    Raises `Unusable` for a file that is unreadable, empty, too short or holds NaN.
    """
    header = read_header(path)
    first = min(round(start * header.samplerate), header.frames)
    last = None if stop is None else round(stop * header.samplerate)
    try:
        wave, rate = soundfile.read(
            str(path), start=first, stop=last, dtype="float32", always_2d=True
        )
    except (soundfile.LibsndfileError, ValueError) as error:
        raise Unusable(f"unreadable ({error})") from error
    _check_samples(wave, rate)
    if rate != sample_rate:
        wave = soxr.resample(wave, rate, sample_rate)
    return np.ascontiguousarray(wave.T)


def _check_samples(wave: np.ndarray, rate: int) -> None:
    """Raise `Unusable` for samples (T, C) at `rate` that nothing can be learnt from."""
    if len(wave) == 0:
        raise Unusable("empty")
    if len(wave) < MIN_DURATION * rate:
        raise Unusable(f"too short ({1000 * len(wave) / rate:.0f} ms)")
    if not np.isfinite(wave).all():
        raise Unusable("holds NaN or infinite samples")


def is_silent(wave: Samples) -> bool:
    """Whether there is nothing to hear in (C, T)."""
    return np.abs(wave).max(initial=0.0) < SILENCE_PEAK


def to_channels(wave: Samples, channels: int) -> Samples:
    """Average to one channel where one is asked for.

    Several channels must be those of as many microphones that work: of a dead one, or of
    two that are one, nothing can be learnt about directions. Raises `Unusable` otherwise.
    """
    if channels == 1:
        return wave.mean(axis=0, keepdims=True)
    if len(wave) != channels:
        raise Unusable(f"has {len(wave)} channels and {channels} are needed")
    if not is_silent(wave):
        _check_microphones(wave)
    return wave


def _check_microphones(wave: Samples) -> None:
    """Raise `Unusable` where a channel of (C, T) is silent or the same as another one."""
    count = len(wave)
    for number, channel in enumerate(wave, start=1):
        if is_silent(channel):
            raise Unusable(
                f"channel {number} of {count} is silent, as if its microphone were broken"
            )
        for other, earlier in enumerate(wave[: number - 1], start=1):
            if np.array_equal(channel, earlier):
                raise Unusable(
                    f"channels {other} and {number} of {count} are the same, "
                    "as in a mono recording"
                )


def fit_length(wave: Samples, samples: int, padding: str) -> Samples:
    """Cut (C, T) to `samples`, or fill it up.

    The padding "repeat" plays it again, "zeros" adds silence.
    """
    missing = samples - wave.shape[1]
    if missing <= 0:
        return wave[:, :samples]
    behind = ((0, 0), (0, missing))
    if padding == "repeat":
        return np.pad(wave, behind, mode="wrap")
    return np.pad(wave, behind)
