"""Who is in which set, and what a set lacks."""

from collections import defaultdict
from collections.abc import Callable, Sequence

from auris.audit.check import Check, Finding, some
from auris.audit.recording import Recording
from auris.data.splits import SPLITS

Count = tuple[str, str, int, int]  # label, set, recordings, groups


class Lacking(Check):
    """A class, a section or a domain that a set lacks.

    Args:
        refusal: why training would not start, in a sentence; "" where it would.
        needed: the sets that need each label: all, or only "test" where anomalies are looked for.
    """

    name = "sets"

    def __init__(self, refusal: str = "", needed: Sequence[str] = SPLITS):
        self.refusal, self.needed = refusal, needed

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        refused = (
            [self.found("error", f"Training would refuse this: {self.refusal}")]
            if self.refusal
            else []
        )
        placed = [recording for recording in recordings if recording.set_name]
        labels = self.missing(placed, "class", lambda r: r.clip.label, self.needed)
        sections = self.missing(placed, "section", lambda r: r.clip.section, SPLITS)
        domains = self.missing(placed, "domain", lambda r: r.clip.domain, ("test",))
        return refused + labels + sections + domains

    def missing(
        self,
        placed: Sequence[Recording],
        kind: str,
        key: Callable[[Recording], str],
        needed: Sequence[str],
    ) -> list[Finding]:
        """What is in the data but not in each of the sets."""
        findings = []
        every = {key(recording) for recording in placed}
        for name in needed:
            lost = sorted(
                every
                - {key(recording) for recording in placed if recording.set_name == name}
            )
            if lost:
                severity = "error" if name == "train" else "warning"
                gone = [recording for recording in placed if key(recording) in lost]
                findings.append(
                    self.found(
                        severity,
                        f"The {name} set has no recording of {kind} {some(lost)}.",
                        gone,
                    )
                )
        return findings


class Lonely(Check):
    """A class whose recordings in a set are all of one group: the score says how well that one is known."""

    name = "single group"

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        lonely = [
            (label, name, many)
            for label, name, many, groups in counts(recordings)
            if groups == 1 < many
        ]
        if not lonely:
            return []
        told = some(
            f"{many} of class {label} in the {name} set" for label, name, many in lonely
        )
        parts = {(label, name) for label, name, _ in lonely}
        named = [r for r in recordings if (r.clip.label, r.set_name) in parts]
        return [
            self.found(
                "note",
                f"All recordings of a class in a set are of one group: {told}.",
                named,
            )
        ]


def counts(recordings: Sequence[Recording]) -> list[Count]:
    """How many recordings and groups there are of each class in each set; "" is the set of those that are in none."""
    groups = defaultdict(list)
    for recording in recordings:
        groups[recording.clip.label, recording.set_name].append(recording.clip.group)
    rows = (
        (label, name)
        for label in sorted({label for label, _ in groups})
        for name in (*SPLITS, "")
    )
    return [
        (*row, len(groups[row]), len(set(groups[row]))) for row in rows if row in groups
    ]
