"""Players for pages: the sound is inside, and the page stays small."""

import base64
import io

import numpy as np
import soundfile
import soxr

from auris.core.html import Html, tag

LARGEST = 3_000_000  # characters of all players of a page


LONGEST = 10.0  # s of each


RATES = (
    8000,
    11025,
    12000,
    16000,
    22050,
    24000,
    32000,
    44100,
    48000,
)  # Hz, of MPEG-1 and MPEG-2 audio, layer III


class Players:
    """Makes players as long as there is room.

    Args:
        highest: sample rate in Hz, beyond which sound is resampled.
    """

    def __init__(self, highest: int = RATES[-1]) -> None:
        self.left, self.highest = LARGEST, highest

    def play(self, wave: np.ndarray, rate: int, label: str) -> Html:
        """A player of the beginning of a wave (T,); nothing where there is no room."""
        sound = base64.b64encode(
            mp3(wave[: round(LONGEST * rate)], rate, self.highest)
        ).decode()
        if len(sound) > self.left:
            return Html()
        self.left -= len(sound)
        source = f"data:audio/mpeg;base64,{sound}"
        return tag(
            "audio", controls=True, preload="metadata", aria_label=label, src=source
        )


def mp3(wave: np.ndarray, rate: int, highest: int) -> bytes:
    """A wave (T,) in a format that every browser plays."""
    known = next((own for own in RATES if own >= min(rate, highest)), RATES[-1])
    file = io.BytesIO()
    soundfile.write(
        file, soxr.resample(wave, rate, known).clip(-1, 1), known, format="MP3"
    )
    return file.getvalue()
