"""What the audit knows of each recording: all of it from one look at the file."""

import hashlib
from dataclasses import dataclass, field, replace

import numpy as np
import soxr
import torch

from auris.audit import measures
from auris.audit.fingerprint import Fingerprint, take
from auris.audit.headers import is_cut_short
from auris.data import audio
from auris.data.clips import Clip
from auris.features.statistics import Statistics

NEIGHBOUR_RATE = 16000  # Hz, at which recordings of any rate are compared


LACKING = 0.05  # s that may be missing: lossy formats round to their frames


@dataclass(frozen=True, eq=False)
class Recording:
    """A clip and simple facts of it. Where there is a `reason`, it could not be read and the facts are empty."""

    clip: Clip
    set_name: str = ""  # "train", "val", "test", or "" for none
    reason: str = ""  # why it can't be used, if it can't
    truncated: bool = False  # its header promises more than there is
    rate: int = 0  # Hz
    channels: int = 0
    format: str = ""  # as in "WAV PCM_16"
    content: str = ""  # hash of the samples
    duration: float = 0.0  # s
    peak: float = 0.0  # of full scale
    level: float = 0.0  # dB of full scale
    floor: float = (
        0.0  # dB, the level of the softest frames that are not digital silence
    )
    silence: float = 0.0  # share of frames that are digital silence
    offset: float = 0.0  # of full scale: what a wave is shifted by (DC)
    clipped: int = 0  # runs of samples held at the extreme
    bandwidth: float = 0.0  # Hz, above which there is nothing
    edge: float | None = None  # Hz, where a sound that goes on is cut off, if it is
    fingerprint: Fingerprint = field(default_factory=Fingerprint)
    vector: np.ndarray = field(
        default_factory=lambda: np.empty(0)
    )  # (D,) features=statistics

    @property
    def name(self) -> str:
        return self.clip.name

    @property
    def is_silent(self) -> bool:
        return not self.reason and self.peak < audio.SILENCE_PEAK

    @property
    def is_usable(self) -> bool:
        return not self.reason and not self.is_silent


def look_at(clip: Clip) -> Recording:
    """Read one clip and measure it."""
    short = False
    try:
        info = audio.read_header(clip.path)
        short = is_cut_short(clip.path)
        wave = audio.read_samples(
            clip.path, info.samplerate, clip.start, clip.stop
        )  # (C, T)
    except (audio.Unusable, OSError) as error:
        return Recording(clip, reason=str(error), truncated=short)
    duration = wave.shape[1] / info.samplerate
    promised = min(info.duration, clip.stop or info.duration) - clip.start
    known = Recording(
        clip,
        truncated=short or promised - duration > LACKING,
        rate=info.samplerate,
        channels=info.channels,
        format=f"{info.format} {info.subtype}",
        content=hashlib.blake2b(wave.tobytes(), digest_size=16).hexdigest(),
        duration=duration,
        peak=float(np.abs(wave).max()),
        offset=measures.offset(wave, info.samplerate),
        clipped=measures.clipped_runs(wave, measures.quantum(info.subtype)),
    )
    return listened(known, wave.mean(axis=0))


def listened(known: Recording, wave: np.ndarray) -> Recording:
    """Add what spectra tell of a wave (T,)."""
    narrow, tone = measures.band_powers(wave, known.rate)  # (frames, bands)
    frames = narrow.sum(1)
    heard = frames[frames > audio.SILENCE_PEAK**2]
    spectrum = measures.decibels(narrow.mean(0))
    width = known.rate / 2 / len(spectrum)
    edge = measures.edge(spectrum)
    return replace(
        known,
        level=float(measures.decibels(np.square(wave, dtype=np.float64).mean())),
        floor=float(measures.decibels(np.percentile(heard, 10)))
        if len(heard)
        else measures.FAINTEST,
        silence=1 - len(heard) / len(frames),
        bandwidth=measures.filled(spectrum) * width,
        edge=None if edge is None else edge * width,
        fingerprint=take(tone),
        vector=vector(wave, known.rate),
    )


@torch.inference_mode()
def vector(wave: np.ndarray, rate: int) -> np.ndarray:
    """(D,) the statistics of a wave (T,), at a rate that all recordings share."""
    common = (
        soxr.resample(wave, rate, NEIGHBOUR_RATE) if rate != NEIGHBOUR_RATE else wave
    )
    tensor = torch.from_numpy(np.ascontiguousarray(common, dtype=np.float32))
    hop = min(512, max(1, len(tensor) // 4))
    return (
        Statistics(NEIGHBOUR_RATE, hop_length=hop)(tensor[None, None]).flatten().numpy()
    )
