"""Reading recordings: the one place where a file becomes samples.

Training and prediction both come here.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations
from pathlib import Path
from typing import final

import numpy as np
import soundfile
import soxr

from auris.core.warnings import warn_user
from auris.data import ffmpeg
from auris.data.ffmpeg import Transcript
from auris.data.headers import is_cut_short
from auris.data.mending import Mending, find_mending

MIN_DURATION = 0.05  # s; a shorter recording can't hold a frame of the usual features
SILENCE_PEAK = 1e-5  # of full scale, -100 dB: below it there is nothing to learn from
_UNKNOWN_FRAMES = 2**63 - 1  # what libsndfile reports where a header does not say

# Hz, within which anybody records sound
_MIN_RATE = 1000
_MAX_RATE = 10_000_000

_MAX_CHANNELS = 256
_MAX_BYTES = 2**32  # of samples that are decoded at once
_MAX_SAMPLE = 1e6  # of full scale; a flipped bit of a float gives more
_MAX_MISSING = 0.05  # s: lossy formats round to their frames
MAX_FLOAT = 100.0  # of full scale; integers that were written as floats have more
# of the loudest channel, -60 dB: channels of opposite sign leave less
_CANCELLED = 1e-3
# of libsndfile, of files that are there and hold no MP3 although they are named so
_WRONG_REASON = "File does not exist"
_BLOCK = 4096  # samples, in which a file is counted that holds less than it says
_BLOCK_SAMPLES = 2**22  # of all channels, in which a recording is decoded: 16 MiB

Samples = np.ndarray  # (C, T) float32
Channels = int | Sequence[int]  # how many, 1 being their mean; or which, counted from 0


class Unusable(Exception):
    """A recording that can't be used; the text is the reason."""


@final
class _Undecodable(Unusable):
    """One that libsndfile can't read."""


@final
@dataclass(frozen=True)
class Header:
    """What a file says of itself, as far as it is true."""

    samplerate: int  # Hz
    channels: int
    frames: int  # samples of a channel that there are
    format: str
    subtype: str
    truncated: bool = False  # it promises more than there is
    recounted: bool = False  # its length is not what decoders take it for
    mending: Mending | Transcript | None = None

    @property
    def duration(self) -> float:
        return self.frames / self.samplerate

    @property
    def stops_early(self) -> bool:
        """Whether its decoder gives less than there is, although the file is whole."""
        return self.truncated and self.recounted and self.mending is None


def read_duration(path: Path) -> float:
    """Duration of a recording in seconds. Raises `Unusable`."""
    return read_header(path).duration


def read_header(path: Path) -> Header:
    """What a file says of itself, compared with what it gives. Raises `Unusable`."""
    if not path.is_file():
        what = "a link to nothing" if path.is_symlink() else "there is no such file"
        raise Unusable(what)
    try:
        status = path.stat()
        return _verified_header(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise Unusable(f"unreadable ({error.strerror})") from error


@lru_cache(maxsize=4096)
def _verified_header(path: Path, size: int, changed: int) -> Header:
    """The header of a file of `size` bytes that was `changed` at a time in ns."""
    try:
        header = _examine_file(path)
    except _Undecodable as refusal:
        return _examine_transcript(path, str(refusal))
    if header.subtype == "OPUS" and header.stops_early and not is_cut_short(path):
        return _examine_transcript(
            path, f"its decoder stops at {header.duration:.1f} s"
        )
    return header


def _examine_transcript(path: Path, refusal: str) -> Header:
    """The header of what FFmpeg makes of a file that was refused for a reason."""
    is_known = path.suffix.lower() in (*ffmpeg.SUFFIXES, ".opus", ".ogg", ".oga")
    if not ffmpeg.is_installed():
        advice = f"; {ffmpeg.advise(path)}" if is_known else ""
        raise Unusable(f"{refusal}{advice}")
    transcript = Transcript()
    try:
        with _open_sound(path, transcript) as sound:
            check_facts(sound.samplerate, sound.channels)
            facts = sound.samplerate, sound.channels, sound.frames
    except ffmpeg.Undecodable as error:
        raise Unusable(f"{refusal}; {error}" if is_known else refusal) from error
    kind = path.suffix.removeprefix(".").upper()
    return Header(*facts, kind, "FFMPEG", recounted=True, mending=transcript)


def _examine_file(path: Path) -> Header:
    """The header of a file that libsndfile reads. Raises `Unusable`."""
    with _open_sound(path) as sound:
        check_facts(sound.samplerate, sound.channels)
        mending = find_mending(path, sound.format, sound.frames)
    with _open_sound(path, mending) as sound:
        promised = sound.frames
        facts = sound.samplerate, sound.channels
        formats = sound.format, sound.subtype
        is_whole = _gives_last_sample(sound)
    # libsndfile stops in the midst of some Opus files
    is_whole = is_whole and (formats[1] != "OPUS" or _decodes_to_end(path, promised))
    if promised == _UNKNOWN_FRAMES:
        raise Unusable("does not say how long it is (a FLAC file written to a pipe?)")
    frames = promised if is_whole else _count_frames(path, mending)
    recounted = mending is not None or not is_whole
    missing = (promised - frames) / facts[0]
    is_short = missing > _MAX_MISSING or is_cut_short(path)
    return Header(*facts, frames, *formats, is_short, recounted, mending)


@contextmanager
def _open_sound(
    path: Path, mending: Mending | Transcript | None = None
) -> Iterator[soundfile.SoundFile]:
    """A file, open to be decoded. Raises `Unusable`."""
    try:
        with soundfile.SoundFile(_source_of(path, mending)) as sound:
            yield sound
    except soundfile.LibsndfileError as error:
        reason = error.error_string.rstrip(".") or f"error {error.code} of its decoder"
        if reason.startswith(_WRONG_REASON):
            reason = "its content is of another format"
        raise _Undecodable(f"unreadable ({reason})") from error
    except MemoryError as error:
        raise Unusable("too long to be decoded in the memory that there is") from error


def _source_of(path: Path, mending: Mending | Transcript | None) -> object:
    """What libsndfile opens; names need not be text on systems where they are bytes."""
    if mending is not None:
        return mending.open(path)
    return str(path) if os.name == "nt" else os.fsencode(path)


def check_facts(rate: int, channels: int) -> None:
    """Raise `Unusable` for a rate in Hz or a count of channels that no recording has."""
    if not _MIN_RATE <= rate <= _MAX_RATE:
        raise Unusable(
            f"a sample rate of {rate} Hz is none of a recording, which is from 1 kHz to 10 MHz"
        )
    if channels > _MAX_CHANNELS:
        raise Unusable(f"{channels} channels are more than those of any recorder")


def _gives_last_sample(sound: soundfile.SoundFile) -> bool:
    """Whether a file holds as much as it promises."""
    if not sound.frames or not sound.seekable():
        return True
    try:
        sound.seek(sound.frames - 1)
        return len(sound.read(1)) == 1
    except soundfile.LibsndfileError:
        return False


def _decodes_to_end(path: Path, promised: int) -> bool:
    return _count_frames(path, None) >= promised


def _count_frames(path: Path, mending: Mending | None) -> int:
    """How many samples of a channel can be decoded, found by doing so."""
    count = 0
    with _open_sound(path, mending) as sound:
        try:
            while block := len(sound.read(_BLOCK, dtype="float32")):
                count += block
        except soundfile.LibsndfileError:
            pass
    return count


def read_samples(
    path: Path, sample_rate: int, start: float = 0.0, stop: float | None = None
) -> Samples:
    """Samples (C, T) of a recording from `start` to `stop` in s, at `sample_rate` in Hz.

    Raises `Unusable` for a file that is unreadable, empty, too short or too long to be decoded at
    once, or holds what is no sound.
    """
    header = read_header(path)
    first, last = _frame_span(header, start, stop)
    _check_size(last - first, header, sample_rate)
    return np.concatenate([*read_blocks(path, sample_rate, start, stop)], axis=1)


def read_blocks(
    path: Path, sample_rate: int, start: float = 0.0, stop: float | None = None
) -> Iterator[Samples]:
    """The same as `read_samples`, in blocks (C, n) of some seconds: an hour takes no more memory
    than a minute.
    """
    header = read_header(path)
    rate = header.samplerate
    first, last = _frame_span(header, start, stop)
    _check_length(last - first, rate)
    with _open_sound(path, header.mending) as sound:
        if first or sound.seekable():
            sound.seek(first)
        for frames in _resampled(_decode(sound, path, last - first), rate, sample_rate):
            yield np.ascontiguousarray(frames.T)


def _frame_span(header: Header, start: float, stop: float | None) -> tuple[int, int]:
    """The first frame from `start` to `stop` in s, and the one behind the last."""
    rate = header.samplerate
    last = header.frames if stop is None else min(round(stop * rate), header.frames)
    return min(round(start * rate), last), last


def _decode(sound: soundfile.SoundFile, path: Path, count: int) -> Iterator[np.ndarray]:
    """The next `count` frames of a file in blocks (n, C). Raises `Unusable`."""
    # else soundfile seeks after each block, from where an MP3 goes on with other samples
    sound.seekable = lambda: False
    size = _BLOCK_SAMPLES // sound.channels
    for place in range(0, count, size):
        frames = sound.read(
            min(size, count - place), dtype="float32", always_2d=True
        )  # (n, C)
        if len(frames) == 0 and place == 0:
            raise Unusable("empty")
        if len(frames) == 0:
            break
        _check_samples(frames)
        if np.abs(frames).max() > MAX_FLOAT:
            _warn_of_scale(path)
        yield frames


def _resampled(
    blocks: Iterable[np.ndarray], rate: int, sample_rate: int
) -> Iterator[np.ndarray]:
    """Blocks (n, C) at another rate in Hz: the same samples as if all came at once."""
    if rate == sample_rate:
        yield from blocks
        return
    stream = None
    for block in blocks:
        channels = block.shape[1]
        most = max(1, _BLOCK_SAMPLES // channels * rate // max(rate, sample_rate))
        if stream is None:
            stream = soxr.ResampleStream(rate, sample_rate, channels, dtype="float32")
        for part in np.split(block, range(most, len(block), most)):
            yield stream.resample_chunk(part)
    if stream is not None:
        end = np.empty((0, channels), np.float32)
        yield stream.resample_chunk(end, last=True)


def convert_samples(wave: np.ndarray, rate: int, sample_rate: int) -> Samples:
    """Samples (C, T) at `sample_rate` of (T, C) float32 at `rate`, both in Hz.

    Raises `Unusable` for too few samples, and for what is no sound.
    """
    _check_length(len(wave), rate)
    _check_samples(wave)
    resampled = np.concatenate([*_resampled([wave], rate, sample_rate)])
    return np.ascontiguousarray(resampled.T)


@cache
def _warn_of_scale(path: Path) -> None:
    """Say once what makes one recording far louder than others."""
    warn_user(
        f"{path} holds samples far beyond full scale, which is 1, "
        "as of integers that were written as floats; divide them by 32768."
    )


def _check_size(count: int, header: Header, sample_rate: int) -> None:
    """Raise `Unusable` where samples would take more memory than they may."""
    resampled = count * sample_rate / header.samplerate
    size = max(count, resampled) * header.channels * np.float32().itemsize
    if size > _MAX_BYTES:
        hours = count / header.samplerate / 3600
        raise Unusable(
            f"too long: {hours:.1f} h of {header.channels} channels are {size / 2**30:.1f} GiB "
            f"and {_MAX_BYTES / 2**30:.0f} can be decoded at once; cut it into shorter files"
        )


def _check_length(count: int, rate: int) -> None:
    """Raise `Unusable` for so few samples at `rate` that nothing can be learnt from them."""
    if count <= 0:
        raise Unusable("empty")
    if count < MIN_DURATION * rate:
        raise Unusable(f"too short ({1000 * count / rate:.0f} ms)")


def _check_samples(frames: np.ndarray) -> None:
    """Raise `Unusable` for samples (n, C) that are no sound."""
    if not np.isfinite(frames).all():
        raise Unusable("holds NaN or infinite samples")
    peak = np.abs(frames).max()
    if peak > _MAX_SAMPLE:
        raise Unusable(f"holds samples of {peak:.0e}, where full scale is 1")


def is_silent(wave: Samples) -> bool:
    """Whether there is nothing to hear in (C, T)."""
    return np.abs(wave).max(initial=0.0) < SILENCE_PEAK


def count_channels(channels: Channels) -> int:
    """How many there are of them."""
    return channels if isinstance(channels, int) else len(channels)


def to_channels(wave: Samples, channels: Channels) -> Samples:
    """Average to one channel where one is asked for, or take those with the given numbers.

    Several channels must be those of as many microphones that work: of a dead one, or of
    two that are one, nothing can be learnt about directions. Raises `Unusable` otherwise.
    """
    (mixed,) = mix_blocks([wave], channels)
    return mixed


def mix_blocks(blocks: Iterable[Samples], channels: Channels) -> Iterator[Samples]:
    """The same of a recording in blocks (C, n). What is wrong with all of it is raised last."""
    if channels == 1:
        return _average_blocks(blocks)
    chosen = (_choose_channels(block, channels) for block in blocks)
    return _check_microphones(chosen, count_channels(channels))


def _choose_channels(wave: Samples, channels: Channels) -> Samples:
    """Some of the channels of (C, T). Raises `Unusable` where there are others."""
    count = len(wave)
    if isinstance(channels, int):
        if count != channels:
            first = ",".join(map(str, range(channels)))
            hint = (
                f"; data.channels=[{first}] takes the first" if count > channels else ""
            )
            raise Unusable(f"has {count} channels and {channels} are needed{hint}")
        return wave
    if max(channels) >= count:
        raise Unusable(
            f"has {count} channels, counted from 0, and no channel {max(channels)}"
        )
    return wave[list(channels)]


def _average_blocks(blocks: Iterable[Samples]) -> Iterator[Samples]:
    """Blocks (1, n) of (C, n). Raises `Unusable` where channels of opposite sign leave nothing."""
    peak = 0.0
    left = 0.0
    count = 0
    for block in blocks:
        mean = block.mean(axis=0, keepdims=True)
        peak = max(peak, np.abs(block).max(initial=0.0))
        left = max(left, np.abs(mean).max(initial=0.0))
        count = len(block)
        yield mean
    if peak >= SILENCE_PEAK and left < _CANCELLED * peak:
        raise Unusable(
            f"its {count} channels cancel each other when they are averaged, "
            "as one has the opposite sign; data.channels=[0] takes the first alone"
        )


def _check_microphones(blocks: Iterable[Samples], channels: int) -> Iterator[Samples]:
    """The blocks (C, n). Raises `Unusable` where a channel is silent or the same as another.

    Channels that were chosen are counted from 1.
    """
    peaks = np.zeros(channels)
    pairs = list(combinations(range(channels), 2))
    for block in blocks:
        peaks = np.maximum(peaks, np.abs(block).max(axis=1, initial=0.0))
        pairs = [
            (one, other)
            for one, other in pairs
            if np.array_equal(block[one], block[other])
        ]
        yield block
    if channels == 1 or peaks.max() < SILENCE_PEAK:
        return
    for number in np.flatnonzero(peaks < SILENCE_PEAK):
        raise Unusable(
            f"channel {number + 1} of {channels} is silent, as if its microphone were broken"
        )
    for one, other in pairs:
        raise Unusable(
            f"channels {one + 1} and {other + 1} of {channels} are the same, "
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
