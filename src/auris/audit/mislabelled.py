"""Clips that sound like those of another class: perhaps they are."""

from collections.abc import Sequence

import numpy as np

from auris.audit.check import Check, Finding, some
from auris.audit.recording import Recording

NEIGHBOURS = 7


COMMON = 100  # neighbours that are looked at, so that enough are of other groups


class Suspect(Check):
    """A clip whose nearest neighbours of other groups all bear one and the same other label."""

    name = "label"

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        usable = [recording for recording in recordings if recording.is_usable]
        if len({recording.clip.label for recording in usable}) < 2:
            return []
        odd = [
            (r, other)
            for r, other in zip(usable, elected(usable), strict=True)
            if other not in ("", r.clip.label)
        ]
        if not odd:
            return []
        told = some(f"{r.name} sounds like {other}" for r, other in odd)
        sentence = (
            f"{len(odd)} of {len(recordings)} recordings have only neighbours of one other class, and may be "
            f"mislabelled; listen to them: {told}."
        )
        return [self.found("note", sentence, [r for r, _ in odd])]


def elected(recordings: Sequence[Recording]) -> list[str]:
    """The label on which all NEIGHBOURS of each recording agree, "" where they don't or are too few."""
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler

    vectors = StandardScaler().fit_transform(
        np.stack([recording.vector for recording in recordings])
    )  # (N, D)
    search = NearestNeighbors(
        n_neighbors=min(COMMON, len(vectors)), algorithm="brute"
    ).fit(vectors)
    near = search.kneighbors(vectors, return_distance=False)
    return [
        agreed(recording, [recordings[i] for i in row])
        for recording, row in zip(recordings, near, strict=True)
    ]


def agreed(recording: Recording, near: Sequence[Recording]) -> str:
    """The one label of the nearest recordings of other groups, one of each."""
    others: dict[str, str] = {}
    for other in near:
        if other.clip.group != recording.clip.group:
            others.setdefault(other.clip.group, other.clip.label)
    labels = list(others.values())[:NEIGHBOURS]
    return labels[0] if len(labels) == NEIGHBOURS and len(set(labels)) == 1 else ""
