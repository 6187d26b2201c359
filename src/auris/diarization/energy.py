"""Voice activity by level alone: the plain way, which takes any sound for speech."""

from collections.abc import Iterable
from typing import Annotated, final

import numpy as np

from auris.core.ranges import Range, Share
from auris.diarization.recording import RATE
from auris.diarization.speech import SpeechDetector

_SIZE = 320  # samples of a frame
_MIN_POWER = 1e-10  # of full scale: what is below is silence


@final
class Energy(SpeechDetector):
    """Speech is what is louder than a level between background and speech.

    Args:
        background, loud: quantiles of the frames' levels that stand for either.
        position: of the threshold between them, from 0 to 1.
        min_range: dB between them; where there is less, all is background.
    """

    frame = _SIZE / RATE

    def __init__(
        self,
        background: Share,
        loud: Share,
        position: Share,
        min_range: Annotated[float, Range(0, 200)],
    ):
        self.background = background
        self.loud = loud
        self.position = position
        self.min_range = min_range

    def score_frames(self, blocks: Iterable[np.ndarray]) -> np.ndarray:
        level = np.concatenate([_frame_levels(wave) for wave in blocks])
        low, high = np.quantile(level, (self.background, self.loud))
        if high - low < self.min_range:
            return np.zeros(len(level))
        threshold = low + self.position * (high - low)
        # half at the threshold, and 3 dB beyond it nearly sure
        return 1 / (1 + np.exp(threshold - level))


def _frame_levels(wave: np.ndarray) -> np.ndarray:
    """Levels (frames,) in dB of the frames of a wave (T,), the last one filled up."""
    padded = np.pad(wave, (0, -len(wave) % _SIZE))
    power = np.square(padded.reshape(-1, _SIZE)).mean(1)
    return 10 * np.log10(np.maximum(power, _MIN_POWER))
