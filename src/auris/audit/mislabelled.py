"""Clips that sound like those of another class: perhaps they are."""

from collections.abc import Sequence

import numpy as np

from auris.audit.check import Check, Finding
from auris.audit.recording import Recording
from auris.core.text import list_examples

_NEIGHBOURS = 7  # of other groups, one of each, that have to agree
_MAX_SEARCHED = 100  # neighbours, so that enough are of other groups


class Mislabelled(Check):
    """A clip whose nearest neighbours of other groups all bear one and the same other label."""

    name = "label"

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        usable = [recording for recording in recordings if recording.is_usable]
        if len({recording.label for recording in usable}) < 2:
            return []
        suspects = []
        examples = []
        for recording, label in zip(usable, _neighbour_labels(usable), strict=True):
            if label not in ("", recording.label):
                suspects.append(recording)
                examples.append(f"{recording.name} sounds like {label}")
        if not suspects:
            return []
        sentence = (
            f"{len(suspects)} of {len(recordings)} recordings have only neighbours of "
            "one other class, and may be mislabelled; listen to them: "
            f"{list_examples(examples)}."
        )
        return [self.new_finding("note", sentence, suspects)]


def _neighbour_labels(recordings: Sequence[Recording]) -> list[str]:
    """The label on which all neighbours of each recording agree.

    It is "" where they don't, or are too few.
    """
    from sklearn.neighbors import NearestNeighbors
    from sklearn.preprocessing import StandardScaler

    vectors = np.stack([recording.vector for recording in recordings])  # (N, D)
    scaled = StandardScaler().fit_transform(vectors)
    count = min(_MAX_SEARCHED, len(scaled))
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(scaled)
    neighbours = search.kneighbors(scaled, return_distance=False)  # (N, count)
    labels = []
    for recording, row in zip(recordings, neighbours, strict=True):
        nearest = [recordings[number] for number in row]
        labels.append(_agreed_label(recording, nearest))
    return labels


def _agreed_label(recording: Recording, nearest: Sequence[Recording]) -> str:
    """The one label of the nearest recordings of other groups, one of each."""
    by_group: dict[str, str] = {}
    for other in nearest:
        if other.group != recording.group:
            by_group.setdefault(other.group, other.label)
    labels = list(by_group.values())[:_NEIGHBOURS]
    if len(labels) < _NEIGHBOURS or len(set(labels)) > 1:
        return ""
    return labels[0]
