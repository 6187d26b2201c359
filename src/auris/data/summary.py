"""What was found in a data set, for people."""

import math
from collections.abc import Iterator

import numpy as np

from auris.data.dataset import Dataset
from auris.data.files import inspect_files

_USUAL_PERCENTILE = 95  # of durations, which a suggested duration reaches


def describe_data(dataset: Dataset) -> str:
    """Where it is from, how many clips of what kind there are, and what was left out."""
    spec = dataset.spec
    splits = [clip.split for clip in dataset.clips]
    clips = [clip.clip for clip in dataset.clips]
    lines = [
        f"Data: {dataset.collection.about}.",
        f"{len(clips)} clips of {spec.duration:g} s at {spec.sample_rate} Hz: "
        f"{dataset.targets.summarize_clips(splits, clips)}.",
        *_describe_rate(dataset),
        *_describe_padding(dataset),
    ]
    if dataset.unusable:
        count = len(dataset.unusable)
        lines.append(
            f"Left out, as they can't be used ({count}): {dataset.list_unusable()}."
        )
    return "\n".join(lines)


def _describe_rate(dataset: Dataset) -> Iterator[str]:
    """Why it has its sample rate, if that was not asked for; and whether that costs much."""
    rate = dataset.sample_rate
    rates = dataset.rates
    total = sum(rates.values())
    if dataset.settings.sample_rate is None:
        yield f"{rate} Hz: {rates[rate]} of {total} recordings have it."
    higher = [other for other in rates if other > rate]
    kept = sum(min(other, rate) * count for other, count in rates.items())
    lost = sum((other - rate) * rates[other] for other in higher)
    if lost > kept:
        usual = max(higher, key=lambda other: rates[other])
        count = sum(rates[other] for other in higher)
        yield (
            f"More is thrown away than kept: {count} of {total} recordings have sample rates of "
            f"up to {max(higher)} Hz; data.sample_rate={usual} keeps more."
        )


def _describe_padding(dataset: Dataset) -> Iterator[str]:
    """Whether clips are mostly what fills up short recordings."""
    length = dataset.spec.duration
    clips = [recording.clip for recording in dataset.recordings]
    facts = inspect_files((clip.path for clip in clips), dataset.store_folder)
    durations = [
        min(clip.stop or math.inf, facts[clip.path].duration) - clip.start
        for clip in clips
    ]
    filled = sum(max(0.0, length - duration) for duration in durations)
    share = filled / (length * len(dataset.clips))
    if dataset.settings.padding != "zeros" or share <= 0.5:
        return
    usual = _round_up(float(np.percentile(durations, _USUAL_PERCENTILE)))
    fits = f"; data.duration={usual:g} fits most of them" if usual < length else ""
    yield (
        f"{100 * share:.0f} % of the clips is silence that fills up short recordings, half of "
        f"which last {np.median(durations):.2g} s or less{fits}."
    )


def _round_up(duration: float) -> float:
    """A duration with one digit, or two."""
    unit = 10.0 ** (math.floor(math.log10(duration)) - 1) * 5
    return math.ceil(duration / unit) * unit
