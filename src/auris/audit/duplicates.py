"""Recordings that hold the same sound, and what that does to labels and sets."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import lru_cache

from auris.audit import fingerprint
from auris.audit.check import Check, Finding, some
from auris.audit.recording import Recording

Family = list[Recording]  # recordings that hold the same sound


class Duplicated(Check):
    """The same samples under several names."""

    name = "duplicated"

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        families = same(recordings)
        if not families:
            return []
        extra = sum(len(family) - 1 for family in families)
        sentence = f"{extra} of {len(recordings)} recordings repeat the samples of another: {equations(families)}."
        return [self.found("warning", sentence, flat(families))]


class Alike(Check):
    """The same sound shifted, cut, louder or encoded anew; a note where the data's own groups keep it together."""

    name = "near-duplicate"

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        families = [
            family
            for family in alike(tuple(recordings))
            if len({r.content for r in family}) > 1
        ]
        apart = [
            family for family in families if len({r.clip.group for r in family}) > 1
        ]
        kept = [
            family for family in families if len({r.clip.group for r in family}) == 1
        ]
        return self.told(
            apart, "warning", "are in no common group; give each family one group"
        ) + self.told(
            kept,
            "note",
            "share a group, which keeps them in one set, but count more than once",
        )

    def told(
        self, families: Sequence[Family], severity: str, advice: str
    ) -> list[Finding]:
        if not families:
            return []
        number = sum(map(len, families))
        sentence = f"{number} recordings hold sound that another holds too, and {advice}: {equations(families)}."
        return [self.found(severity, sentence, flat(families))]


class Contradicting(Check):
    """Two labels for one sound."""

    name = "contradicting labels"

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        families = [
            family
            for family in alike(tuple(recordings))
            if len({r.clip.label for r in family}) > 1
        ]
        if not families:
            return []
        pairs = (
            " = ".join(f"{r.name} ({r.clip.label})" for r in family[:3])
            for family in families
        )
        return [
            self.found(
                "error",
                f"The same sound bears different labels: {some(pairs)}.",
                flat(families),
            )
        ]


class Leaking(Check):
    """What one set could learn by heart and another asks for."""

    name = "leakage"

    def look(self, recordings: Sequence[Recording]) -> list[Finding]:
        placed = [recording for recording in recordings if recording.set_name]
        groups = self.across(
            gathered((r.clip.group, r) for r in placed), "Groups are in several sets"
        )
        parts = self.across(
            gathered((r.clip.path, r) for r in placed),
            "Parts of one file are in several sets",
        )
        copies = [
            [r for r in family if r.set_name] for family in alike(tuple(recordings))
        ]
        return groups + parts + self.across(copies, "The same sound is in several sets")

    def across(self, families: Iterable[Family], words: str) -> list[Finding]:
        """An error where a family is not in one set."""
        torn = [family for family in families if len({r.set_name for r in family}) > 1]
        if not torn:
            return []
        named = (
            " = ".join(f"{r.name} ({r.set_name})" for r in ends(family))
            for family in torn
        )
        sentence = f"{words}, so that a score would tell too much: {some(named)}."
        return [self.found("error", sentence, flat(torn))]


def same(recordings: Iterable[Recording]) -> list[Family]:
    """Families of equal samples."""
    usable = ((r.content, r) for r in recordings if r.is_usable)
    return [family for family in gathered(usable) if len(family) > 1]


@lru_cache(maxsize=1)  # several checks ask for the same
def alike(recordings: tuple[Recording, ...]) -> list[Family]:
    """Families of recordings that hold the same sound: equal samples, or fingerprints that match."""
    kinds = gathered((r.content, r) for r in recordings if r.is_usable)
    parent = list(range(len(kinds)))
    for one, other in fingerprint.pairs([kind[0].fingerprint for kind in kinds]):
        parent[root(parent, other)] = root(parent, one)
    families = gathered(
        (root(parent, i), r) for i, kind in enumerate(kinds) for r in kind
    )
    return [family for family in families if len(family) > 1]


def root(parent: list[int], member: int) -> int:
    """Who stands for a member's family (union-find, with path halving)."""
    while parent[member] != member:
        parent[member] = member = parent[parent[member]]
    return member


def gathered(pairs: Iterable[tuple[Hashable, Recording]]) -> list[Family]:
    """Recordings by a key, in the order in which keys first come."""
    families: defaultdict[Hashable, Family] = defaultdict(list)
    for key, recording in pairs:
        families[key].append(recording)
    return list(families.values())


def ends(family: Family) -> Iterator[Recording]:
    """One member in each set that a family is in."""
    return iter({r.set_name: r for r in reversed(family)}.values())


def equations(families: Iterable[Family]) -> str:
    return some(
        " = ".join(r.name for r in family[:3]) + (" = ..." if len(family) > 3 else "")
        for family in families
    )


def flat(families: Iterable[Family]) -> list[Recording]:
    return [recording for family in families for recording in family]
