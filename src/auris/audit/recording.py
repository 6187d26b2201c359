"""What the audit knows of each recording: all of it from reading the file once."""

from dataclasses import dataclass, field, replace

import numpy as np

from auris.audit import measures
from auris.audit.fingerprint import Fingerprint
from auris.audit.running_levels import RunningLevels
from auris.audit.running_spectra import RunningSpectra
from auris.core.errors import first_line
from auris.data import audio
from auris.data.clips import Clip


@dataclass(frozen=True, eq=False)
class Recording:
    """A clip and simple facts of it.

    Where there is a `reason`, it could not be read and the facts are empty.
    """

    clip: Clip
    split: str = ""  # "train", "val", "test", or "" for none
    kinds: tuple[str, ...] = ()  # what it is counted as, where that is not its label
    reason: str = ""  # why it can't be used, if it can't
    truncated: bool = False  # its header promises more than there is
    rate: int = 0  # Hz
    channels: int = 0
    format: str = ""  # as in "WAV PCM_16"
    content: str = ""  # hash of the samples
    duration: float = 0.0  # s
    peak: float = 0.0  # of full scale
    level: float = 0.0  # dB of full scale
    floor: float = 0.0  # dB, of the softest frames that are not digital silence
    silence: float = 0.0  # fraction of frames that are digital silence
    offset: float = 0.0  # of full scale: what a wave is shifted by (DC)
    clipped: int = 0  # runs of samples held at the extreme
    bandwidth: float = 0.0  # Hz, above which there is nothing
    edge: float | None = None  # Hz, where a sound that goes on is cut off, if it is
    fingerprint: Fingerprint = field(default_factory=Fingerprint)
    vector: np.ndarray = field(default_factory=lambda: np.empty(0))  # (D,) statistics

    @property
    def name(self) -> str:
        return self.clip.name

    @property
    def label(self) -> str:
        return "|".join(self.kinds) or self.clip.label

    @property
    def classes(self) -> tuple[str, ...]:
        """What it is counted as."""
        return self.kinds or (self.clip.label,)

    @property
    def group(self) -> str:
        return self.clip.group

    @property
    def is_silent(self) -> bool:
        return not self.reason and self.peak < audio.SILENCE_PEAK

    @property
    def is_usable(self) -> bool:
        if self.reason:
            return False
        return not self.is_silent


def measure_recording(clip: Clip) -> Recording:
    """Read one clip and measure it; whatever goes wrong with it is said of it alone."""
    truncated = False
    try:
        header = audio.read_header(clip.path)
        truncated = header.truncated
        return _measure_samples(clip, header)
    except (audio.Unusable, OSError) as error:
        return Recording(clip, reason=str(error), truncated=truncated)
    except Exception as error:  # one odd recording must not end the audit of the others
        reason = f"can't be measured ({type(error).__name__}: {first_line(error)})"
        return Recording(clip, reason=reason, truncated=truncated)


def _measure_samples(clip: Clip, header: audio.Header) -> Recording:
    """Decode a clip and measure it. Raises `Unusable`."""
    rate = header.samplerate
    levels = RunningLevels(rate, measures.quantization_step(header.subtype))
    spectra = RunningSpectra(rate)
    blocks = audio.read_blocks(clip.path, rate, clip.start, clip.stop)  # (C, n) each
    for mono in audio.mix_blocks(levels.watch(blocks), 1):  # (1, n)
        spectra.add(mono[0])
    recording = Recording(
        clip,
        truncated=header.truncated,
        rate=rate,
        channels=header.channels,
        format=f"{header.format} {header.subtype}",
        content=levels.content,
        duration=levels.samples / rate,
        peak=levels.peak,
        offset=levels.offset,
        clipped=levels.clipped,
    )
    return replace(recording, **spectra.measured())
