"""An acoustic fingerprint that survives shifts and re-encoding, and the recordings that share one.

A bit tells whether the difference between two neighbouring bands has grown since 64 ms before: the
idea of Haitsma and Kalker (2002), A highly robust audio fingerprinting system. 32 bits are one
code; a recording has one each 16 ms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

LAG = 4  # frames
_BITS = 32  # of a code

# power that is added to each band, so that what no one hears decides nothing
_FAINT_POWER = 1e-9

# dB, the mean change without which a frame tells nothing: a hum, or silence
_MIN_CHANGE = 1.0

_MAX_NEIGHBOURS = 4  # recordings with the same code that each is compared with
_MIN_CODES = 12
_MAX_WRONG = 0.3  # fraction of bits that may differ
_MIN_DEVIATIONS = 6.0  # standard deviations below the half that would differ by chance
_OVERLAP = 8  # frames that overlap, so that their bits are not independent


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """The codes of a recording, one each frame, and which of them tell anything."""

    codes: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint32))  # (T',)
    lively: np.ndarray = field(default_factory=lambda: np.empty(0, bool))  # (T',)


class _CodeIndex(NamedTuple):
    """Codes that tell something, in order, each once a recording."""

    codes: np.ndarray  # (N,)
    owners: np.ndarray  # (N,) the recording that has it
    frames: np.ndarray  # (N,) where it has it first


def compute_fingerprint(power: np.ndarray) -> Fingerprint:
    """The fingerprint of band powers (T', 33)."""
    level = 10 * np.log10(power + _FAINT_POWER)
    slope = np.diff(level, axis=1)  # (T', 32)
    earlier = slope[:-LAG]
    change = slope[LAG:] - earlier
    if not len(change):
        return Fingerprint()
    has_grown = change > 0  # (T', 32)
    octets = np.packbits(has_grown, axis=1)  # (T', 4)
    codes = octets.view(np.uint32)[:, 0]
    mean_change = np.abs(change).mean(axis=1)
    return Fingerprint(codes, mean_change > _MIN_CHANGE)


def matching_pairs(prints: Sequence[Fingerprint]) -> Iterator[tuple[int, int]]:
    """Which of the fingerprints hold the same sound: each pair once, the smaller number first."""
    known: set[tuple[int, int]] = set()
    for one, other, shift in _candidate_pairs(prints):
        pair = (one, other)
        if pair in known:
            continue
        if _is_match(prints[one], prints[other], shift):
            known.add(pair)
            yield pair


def _candidate_pairs(prints: Sequence[Fingerprint]) -> Iterator[tuple[int, int, int]]:
    """Pairs that share a code, and by how many frames the second is behind."""
    codes, owners, frames = _index_codes(prints)
    found = []
    for step in range(1, _MAX_NEIGHBOURS + 1):
        is_shared = codes[step:] == codes[:-step]
        first = np.flatnonzero(is_shared)
        second = first + step
        shift = frames[second] - frames[first]
        columns = [owners[first], owners[second], shift]
        found.append(np.stack(columns, axis=1))
    triples = np.concatenate(found)  # (N, 3)
    for one, other, shift in np.unique(triples, axis=0).tolist():
        yield one, other, shift


def _index_codes(prints: Sequence[Fingerprint]) -> _CodeIndex:
    codes = [np.empty(0, np.uint32)]
    owners = [np.empty(0, int)]
    frames = [np.empty(0, int)]
    for owner, fingerprint in enumerate(prints):
        lively = np.flatnonzero(fingerprint.lively)
        own, first = np.unique(fingerprint.codes[lively], return_index=True)
        codes.append(own)
        owners.append(np.full(len(own), owner))
        frames.append(lively[first])
    index = _CodeIndex(
        np.concatenate(codes),
        np.concatenate(owners),
        np.concatenate(frames),
    )
    order = np.lexsort((index.owners, index.codes))
    return _CodeIndex(
        index.codes[order],
        index.owners[order],
        index.frames[order],
    )


def _is_match(one: Fingerprint, other: Fingerprint, shift: int) -> bool:
    """Whether two recordings agree where they overlap, in far more bits than by chance."""
    first = max(0, -shift)
    second = max(0, shift)
    first_length = len(one.codes) - first
    second_length = len(other.codes) - second
    length = min(first_length, second_length)
    here = slice(first, first + length)
    there = slice(second, second + length)
    lively = one.lively[here] & other.lively[there]
    count = int(lively.sum())
    if count < _MIN_CODES:
        return False
    differing = one.codes[here] ^ other.codes[there]  # (length,)
    bits = np.bitwise_count(differing)
    wrong = bits[lively].mean() / _BITS
    independent = _BITS * count / _OVERLAP
    std = 0.5 / np.sqrt(independent)  # of the fraction, were each bit wrong by chance
    below_chance = 0.5 - _MIN_DEVIATIONS * std
    limit = min(_MAX_WRONG, below_chance)
    return bool(wrong <= limit)
