"""Recordings that hold the same sound, and what that does to labels and splits."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache

from auris.audit.check import Check, Finding
from auris.audit.fingerprint import matching_pairs
from auris.audit.recording import Recording
from auris.core.text import list_examples
from auris.data.clips import Clip
from auris.data.copies import join_copies

_MAX_NAMED = 3  # members of a family that a sentence names

_Family = list[Recording]  # recordings that hold the same sound


class ExactDuplicate(Check):
    """The same samples under several names."""

    name = "duplicated"

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        families = _find_exact_families(recordings)
        if not families:
            return []
        extra = sum(len(family) - 1 for family in families)
        sentence = (
            f"{extra} of {len(recordings)} recordings repeat the samples of another (they stay in "
            f"one set where folds are drawn): {_name_families(families)}."
        )
        return [self.new_finding("warning", sentence, _members(families))]


class NearDuplicate(Check):
    """The same sound shifted, cut, louder or encoded anew.

    It is a note where the data's own groups keep it together.
    """

    name = "near-duplicate"

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        apart: list[_Family] = []
        together: list[_Family] = []
        for family in _find_families(tuple(recordings)):
            if len({recording.content for recording in family}) == 1:
                continue
            groups = {recording.group for recording in family}
            if len(groups) > 1:
                apart.append(family)
            else:
                together.append(family)
        torn = "are in no common group; give each family one group"
        kept = "share a group, which keeps them in one set, but count more than once"
        return [
            *self._report_families(apart, "warning", torn),
            *self._report_families(together, "note", kept),
        ]

    def _report_families(
        self, families: Sequence[_Family], severity: str, advice: str
    ) -> list[Finding]:
        if not families:
            return []
        members = _members(families)
        sentence = (
            f"{len(members)} recordings hold sound that another holds too, and {advice}: "
            f"{_name_families(families)}."
        )
        return [self.new_finding(severity, sentence, members)]


class ContradictingLabels(Check):
    """Two labels for one sound."""

    name = "contradicting labels"

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        families = [
            family
            for family in _find_families(tuple(recordings))
            if len({recording.label for recording in family}) > 1
        ]
        if not families:
            return []
        equations = list_examples(_equate_labels(family) for family in families)
        sentence = f"The same sound bears different labels: {equations}."
        return [self.new_finding("error", sentence, _members(families))]


class Leakage(Check):
    """What one split could learn by heart and another asks for."""

    name = "leakage"

    def run_on(self, recordings: Sequence[Recording]) -> list[Finding]:
        assigned = [recording for recording in recordings if recording.split]
        groups = _group_by_key((r.group, r) for r in assigned)
        files = _group_by_key((r.clip.path, r) for r in assigned)
        copies = [
            [recording for recording in family if recording.split]
            for family in _find_families(tuple(recordings))
        ]
        return [
            *self._report_torn(groups, "Groups are in several sets"),
            *self._report_torn(files, "Parts of one file are in several sets"),
            *self._report_torn(copies, "The same sound is in several sets"),
        ]

    def _report_torn(self, families: Iterable[_Family], problem: str) -> list[Finding]:
        """An error where a family is not in one split."""
        torn = [
            family
            for family in families
            if len({recording.split for recording in family}) > 1
        ]
        if not torn:
            return []
        equations = list_examples(_equate_splits(family) for family in torn)
        sentence = f"{problem}, so that a score would tell too much: {equations}."
        return [self.new_finding("error", sentence, _members(torn))]


def join_families(recordings: Sequence[Recording]) -> list[Clip]:
    """The clips, those of the same sound in one group, with all that was in a group with them."""
    families = enumerate(_find_families(tuple(recordings)))
    names = {id(own): str(number) for number, family in families for own in family}
    digests = [[names[id(own)]] if id(own) in names else [] for own in recordings]
    return join_copies([own.clip for own in recordings], digests)


def _find_exact_families(recordings: Iterable[Recording]) -> list[_Family]:
    """Families of equal samples."""
    families = _group_by_key((r.content, r) for r in recordings if r.is_usable)
    return [family for family in families if len(family) > 1]


@lru_cache(maxsize=1)  # several checks ask for the same
def _find_families(recordings: tuple[Recording, ...]) -> list[_Family]:
    """Families of the same sound: equal samples, or fingerprints that match."""
    kinds = _group_by_key((r.content, r) for r in recordings if r.is_usable)
    fingerprints = [kind[0].fingerprint for kind in kinds]
    parent = list(range(len(kinds)))
    for one, other in matching_pairs(fingerprints):
        parent[_find_root(parent, other)] = _find_root(parent, one)
    families = _group_by_key(
        (_find_root(parent, number), recording)
        for number, kind in enumerate(kinds)
        for recording in kind
    )
    return [family for family in families if len(family) > 1]


def _find_root(parent: list[int], member: int) -> int:
    """Who stands for a member's family (union-find, with path halving)."""
    while parent[member] != member:
        parent[member] = parent[parent[member]]
        member = parent[member]
    return member


def _group_by_key(pairs: Iterable[tuple[Hashable, Recording]]) -> list[_Family]:
    """Recordings by a key, in the order in which keys first come."""
    families: defaultdict[Hashable, _Family] = defaultdict(list)
    for key, recording in pairs:
        families[key].append(recording)
    return list(families.values())


def _members(families: Iterable[_Family]) -> list[Recording]:
    return [recording for family in families for recording in family]


def _name_families(families: Iterable[_Family]) -> str:
    return list_examples(_equate_names(family) for family in families)


def _equate_names(family: _Family) -> str:
    names = [recording.name for recording in family[:_MAX_NAMED]]
    if len(family) > _MAX_NAMED:
        names.append("...")
    return " = ".join(names)


def _equate_labels(family: _Family) -> str:
    named = family[:_MAX_NAMED]
    return " = ".join(f"{r.name} ({r.label})" for r in named)


def _equate_splits(family: _Family) -> str:
    """The first member in each split that a family is in."""
    firsts = {recording.split: recording for recording in reversed(family)}
    return " = ".join(f"{r.name} ({r.split})" for r in firsts.values())
