"""Players for pages: the sound is inside, and the page stays small."""

import base64
import io
from typing import NamedTuple

import numpy as np
import soundfile
import soxr

MAX_SECONDS = 10.0  # of each player

_MAX_CHARACTERS = 3_000_000  # of all players of a page, as a rule
# Hz, of MPEG-1 and MPEG-2 audio, layer III
_MP3_RATES = (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000)


class Player(NamedTuple):
    """What an element `audio` needs."""

    label: str
    source: str  # an address with the sound inside


class Players:
    """Makes players as long as there is room.

    Args:
        max_rate: sample rate in Hz, beyond which sound is resampled.
        room: characters of the page that sounds may take; None: as many as a rule.
    """

    def __init__(self, max_rate: int = _MP3_RATES[-1], room: int | None = None) -> None:
        self.max_rate = max_rate
        self.characters_left = _MAX_CHARACTERS if room is None else room

    def make_player(self, wave: np.ndarray, rate: int, label: str) -> Player | None:
        """A player of the beginning of a wave (T,); None where there is no room."""
        beginning = wave[: round(MAX_SECONDS * rate)]
        sound = base64.b64encode(_encode_mp3(beginning, rate, self.max_rate)).decode()
        if len(sound) > self.characters_left:
            return None
        self.characters_left -= len(sound)
        return Player(label, f"data:audio/mpeg;base64,{sound}")


def _encode_mp3(wave: np.ndarray, rate: int, max_rate: int) -> bytes:
    """A wave (T,) in a format that every browser plays."""
    wanted = min(rate, max_rate)
    mp3_rate = next((known for known in _MP3_RATES if known >= wanted), _MP3_RATES[-1])
    resampled = soxr.resample(wave, rate, mp3_rate)
    file = io.BytesIO()
    soundfile.write(file, resampled.clip(-1, 1), mp3_rate, format="MP3")
    return file.getvalue()
