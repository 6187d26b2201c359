"""An acoustic fingerprint that survives shifts and re-encoding, and the recordings that share one.

A bit tells whether the difference between two neighbouring bands has grown since 64 ms before: the idea of Haitsma
and Kalker (2002), A highly robust audio fingerprinting system. 32 bits are one code; a recording has one each 16 ms.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

LAG = 4  # frames


FAINT = (
    1e-9  # power that is added to each band, so that what no one hears decides nothing
)


LIVELY = (
    1.0  # dB, the mean change without which a frame tells nothing: a hum, or silence
)


NEXT = 4  # recordings with the same code that each is compared with


LEAST = 12  # codes


WORST = 0.3  # share of bits that may differ


SURE = 6.0  # standard deviations below the half that would differ by chance


ALIKE = 8  # frames that overlap, so that their bits are not independent


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """The codes of a recording, one each frame, and which of them tell anything."""

    codes: np.ndarray = field(default_factory=lambda: np.empty(0, np.uint32))  # (T',)
    lively: np.ndarray = field(default_factory=lambda: np.empty(0, bool))  # (T',)


def take(power: np.ndarray) -> Fingerprint:
    """The fingerprint of band powers (T', 33)."""
    level = 10 * np.log10(power + FAINT)
    slope = np.diff(level, axis=1)  # (T', 32)
    change = slope[LAG:] - slope[:-LAG]
    codes = (
        np.packbits(change > 0, axis=1).view(np.uint32)[:, 0]
        if len(change)
        else np.empty(0, np.uint32)
    )
    return Fingerprint(codes, np.abs(change).mean(1) > LIVELY)


def pairs(prints: Sequence[Fingerprint]) -> Iterator[tuple[int, int]]:
    """Which of the fingerprints hold the same sound, each pair once, the smaller number first."""
    known: set[tuple[int, int]] = set()
    for one, other, shift in candidates(prints):
        if (one, other) not in known and match(prints[one], prints[other], shift):
            known.add((one, other))
            yield one, other


def candidates(prints: Sequence[Fingerprint]) -> Iterator[tuple[int, int, int]]:
    """Pairs that share a code, and by how many frames the second is behind."""
    codes, owners, frames = entries(prints)
    found = []
    for lag in range(1, NEXT + 1):
        same = np.flatnonzero(codes[lag:] == codes[:-lag])
        one, other = owners[same], owners[same + lag]
        found.append(np.stack([one, other, frames[same + lag] - frames[same]], 1))
    triples = np.unique(np.concatenate(found), axis=0)
    return ((int(one), int(other), int(shift)) for one, other, shift in triples)


def entries(prints: Sequence[Fingerprint]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The codes that tell something in order, the recording of each and its first frame there."""
    lively = [np.flatnonzero(p.lively) for p in prints]
    firsts = [
        np.unique(p.codes[rows], return_index=True)
        for p, rows in zip(prints, lively, strict=True)
    ]
    codes = np.concatenate([code for code, _ in firsts] or [np.empty(0, np.uint32)])
    owners = np.repeat(np.arange(len(prints)), [len(code) for code, _ in firsts])
    empty = [np.empty(0, int)]
    frames = np.concatenate(
        [rows[first] for rows, (_, first) in zip(lively, firsts, strict=True)] or empty
    )
    order = np.lexsort((owners, codes))
    return codes[order], owners[order], frames[order]


def match(one: Fingerprint, other: Fingerprint, shift: int) -> bool:
    """Whether two recordings agree where they overlap, in far more bits than by chance."""
    first, second = max(0, -shift), max(0, shift)
    length = min(len(one.codes) - first, len(other.codes) - second)
    here, there = slice(first, first + length), slice(second, second + length)
    lively = one.lively[here] & other.lively[there]
    codes = int(lively.sum())
    if codes < LEAST:
        return False
    wrong = np.bitwise_count(one.codes[here] ^ other.codes[there])[lively].mean() / 32
    chance = 0.5 - SURE * 0.5 / np.sqrt(32 * codes / ALIKE)
    return bool(wrong <= min(WORST, chance))
