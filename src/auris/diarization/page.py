"""Who spoke when as one page: a timeline to listen to, and why so many speakers."""

import base64
import hashlib
import io
import math
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import soundfile
import soxr
from markupsafe import Markup

from auris.core.html import render
from auris.data.rttm import to_field
from auris.data.turns import Turn
from auris.diarization.error_rate import DiarizationErrors, format_errors
from auris.diarization.pipeline import Diarization
from auris.diarization.recording import RATE, Recording
from auris.diarization.speaker_count import CountEvidence
from auris.diarization.summary import Summary

_STRIP_SECONDS = (30, 60, 120, 300, 600, 900, 1800)  # of a line of the timeline
_MAX_STRIPS = 16
_TICKS = 6  # of a line
_BARS = 10  # eigenvalues that are drawn
_BAR_HEIGHT = 9.0  # rem, of the largest
_UNCERTAIN = 8  # stretches that are listed
_MIN_UNCERTAIN = 0.5  # s

# of the sound within the page: as of a telephone, 8 MB an hour
_SOUND_RATE = 8000  # Hz
_MAX_SOUND = 3 * 3600.0  # s


class Block(NamedTuple):
    """A turn, or a part of one, in a line of the timeline."""

    turn: Turn
    left: float  # of the line, 0 to 100
    width: float
    row: int  # of the speaker


class Strip(NamedTuple):
    """A line of the timeline."""

    start: float  # s
    ticks: list[tuple[float, str]]  # places 0 to 100, and times
    blocks: list[Block]


class Bar(NamedTuple):
    """An eigenvalue."""

    number: int
    value: float
    height: float  # rem


def render_page(
    found: Diarization, summary: Summary, errors: DiarizationErrors | None
) -> str:
    """The page of a recording."""
    script = Markup(
        files("auris.diarization").joinpath("templates/page.js").read_text()
    )
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return render(
        "auris.diarization",
        "page.html.j2",
        found=found,
        recording=to_field(found.path.stem),
        summary=summary,
        errors=errors,
        numbers={person.speaker: i for i, person in enumerate(summary.people)},
        strips=list_strips(found, [person.speaker for person in summary.people]),
        strip_seconds=_strip_length(found.duration),
        bars=list_bars(found),
        reason=explain_count(found.evidence),
        window=found.window,
        uncertain=list_uncertain(found),
        error_row=format_errors(errors) if errors else None,
        sound=_encode_sound(found),
        clock=format_clock,
        script=script,
        script_digest=digest,
    )


def format_clock(seconds: float) -> str:
    """'1:02:03' or '2:03'."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def list_strips(found: Diarization, speakers: list[str]) -> list[Strip]:
    """The lines of a timeline, as few as are legible."""
    length = _strip_length(found.duration)
    strips = []
    for number in range(max(1, math.ceil(found.duration / length))):
        start = float(number * length)
        blocks = [
            _place_block(turn, start, length, speakers.index(turn.speaker))
            for turn in found.turns
            if turn.start < start + length and turn.stop > start
        ]
        step = length / _TICKS
        ticks = [
            (100 * i / _TICKS, format_clock(start + i * step))
            for i in range(_TICKS)
            if start + i * step < found.duration
        ]
        strips.append(Strip(start, ticks, blocks))
    return strips


def _strip_length(duration: float) -> int:
    """Seconds of a line."""
    fitting = (s for s in _STRIP_SECONDS if duration <= _MAX_STRIPS * s)
    return next(fitting, math.ceil(duration / _MAX_STRIPS))


def _place_block(turn: Turn, start: float, length: float, row: int) -> Block:
    left = max(0.0, turn.start - start)
    right = min(turn.stop - start, length)
    return Block(turn, 100 * left / length, 100 * (right - left) / length, row)


def list_bars(found: Diarization) -> list[Bar]:
    """The smallest eigenvalues."""
    values = found.evidence.eigenvalues[:_BARS]
    top = max(float(values.max(initial=0)), 1e-9)
    return [
        Bar(i + 1, float(value), _BAR_HEIGHT * max(0.0, float(value)) / top)
        for i, value in enumerate(values)
    ]


def explain_count(evidence: CountEvidence) -> str:
    """Why so many speakers, in a sentence or two."""
    number = evidence.number
    gaps = np.diff(evidence.eigenvalues)
    if evidence.is_given:
        return "So many were asked for."
    if len(gaps) < max(2, number):
        return "There is too little speech to tell more apart."
    own = gaps[number - 1]
    rival = 1 + int(np.where(np.arange(len(gaps)) == number - 1, -1, gaps).argmax())
    other = gaps[rival - 1]
    rise = f"The eigenvalues rise by {own:.2f} after number {number}."
    if other > own:
        return f"{rise} They rise more, by {other:.2f}, after {rival}, which was not allowed."
    return (
        f"{rise} The next largest rise, by {other:.2f}, comes after number {rival}: {rival} would "
        "be the second choice."
    )


def list_uncertain(found: Diarization) -> list[tuple[Turn, float]]:
    """The turns whose speaker is least sure, with their margins."""
    rated = zip(found.turns, found.margins, strict=True)
    long = [
        (turn, margin)
        for turn, margin in rated
        if turn.stop - turn.start >= _MIN_UNCERTAIN
    ]
    return sorted(long, key=lambda pair: pair[1])[:_UNCERTAIN]


def _encode_sound(found: Diarization) -> str | None:
    """The recording as an address with the sound inside; None where it is too long for that."""
    if found.duration > _MAX_SOUND:
        return None
    file = io.BytesIO()
    with soundfile.SoundFile(file, "w", _SOUND_RATE, 1, format="MP3") as sound:
        resampler = soxr.ResampleStream(RATE, _SOUND_RATE, 1, dtype="float32")
        for wave in Recording(found.path).blocks():
            sound.write(resampler.resample_chunk(wave).clip(-1, 1))
        sound.write(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
    return f"data:audio/mpeg;base64,{base64.b64encode(file.getvalue()).decode()}"
