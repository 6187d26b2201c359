"""What the audit knows of each recording: all of it from reading the file once."""

from dataclasses import dataclass, field, replace

import numpy as np
import soxr
import torch

from auris.audit import measures
from auris.audit.fingerprint import Fingerprint, compute_fingerprint
from auris.core.errors import first_line
from auris.core.files import content_digest
from auris.data import audio
from auris.data.clips import Clip
from auris.features.statistics import Statistics

_COMMON_RATE = 16000  # Hz, at which recordings of any rate are compared
_HOP = 512  # samples, the same for all, as how many statistics there are depends on it
_MIN_SAMPLES = 4 * _HOP  # of a wave; a shorter one is played again
_FLOOR_PERCENTILE = 10


@dataclass(frozen=True, eq=False)
class Recording:
    """A clip and simple facts of it.

    Where there is a `reason`, it could not be read and the facts are empty.
    """

    clip: Clip
    split: str = ""  # "train", "val", "test", or "" for none
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
        return self.clip.label

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
    # (C, T)
    wave = audio.read_samples(clip.path, header.samplerate, clip.start, clip.stop)
    step = measures.quantization_step(header.subtype)
    recording = Recording(
        clip,
        truncated=header.truncated,
        rate=header.samplerate,
        channels=header.channels,
        format=f"{header.format} {header.subtype}",
        content=content_digest(wave.tobytes()),
        duration=wave.shape[1] / header.samplerate,
        peak=float(np.abs(wave).max()),
        offset=measures.dc_offset(wave, header.samplerate),
        clipped=measures.count_clipped_runs(wave, step),
    )
    mono = audio.to_channels(wave, 1)[0]  # (T,)
    return _add_spectral(recording, mono)


def _add_spectral(recording: Recording, wave: np.ndarray) -> Recording:
    """Add what spectra tell of a wave (T,)."""
    linear, tonal = measures.band_powers(wave, recording.rate)  # (T', bands)
    frames = linear.sum(axis=1)  # (T',)
    audible = frames[frames > audio.SILENCE_PEAK**2]
    spectrum = measures.power_to_level(linear.mean(axis=0))  # (bands,)
    width = recording.rate / 2 / len(spectrum)  # Hz
    edge = measures.find_band_edge(spectrum)
    power = np.square(wave, dtype=np.float64).mean()
    return replace(
        recording,
        level=float(measures.power_to_level(power)),
        floor=_noise_floor(audible),
        silence=1 - len(audible) / len(frames),
        bandwidth=measures.highest_filled_band(spectrum) * width,
        edge=None if edge is None else edge * width,
        fingerprint=compute_fingerprint(tonal),
        vector=_statistics_vector(wave, recording.rate),
    )


def _noise_floor(power: np.ndarray) -> float:
    """The level in dB of the softest of frames (N,)."""
    if not len(power):
        return measures.MIN_LEVEL
    softest = np.percentile(power, _FLOOR_PERCENTILE)
    return float(measures.power_to_level(softest))


@torch.inference_mode()
def _statistics_vector(wave: np.ndarray, rate: int) -> np.ndarray:
    """(D,) the features=statistics of a wave (T,), at a rate that all recordings share."""
    if rate != _COMMON_RATE:
        wave = soxr.resample(wave, rate, _COMMON_RATE)
    samples = np.ascontiguousarray(wave[None], dtype=np.float32)  # (1, T)
    if samples.shape[1] < _MIN_SAMPLES:
        samples = audio.fit_length(samples, _MIN_SAMPLES, "repeat")
    statistics = Statistics(_COMMON_RATE, hop_length=_HOP)
    clip = torch.from_numpy(samples)[None]  # (1, 1, T)
    return statistics(clip).flatten().numpy()
