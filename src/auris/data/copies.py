"""Recordings that hold the same samples: where they are, and what follows for groups and labels."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from scipy.cluster.hierarchy import DisjointSet

from auris.core.text import list_examples
from auris.core.warnings import warn_user
from auris.data.clips import Clip


def find_copies(digests: Sequence[Sequence[str]]) -> list[tuple[int, int]]:
    """Which clips hold samples of an earlier one: pairs of the first that does, and another.

    The digests are those of the samples of each clip.
    """
    holders: dict[str, int] = {}
    pairs = [
        (holders.setdefault(digest, number), number)
        for number, own in enumerate(digests)
        for digest in own
    ]
    return [(first, other) for first, other in dict.fromkeys(pairs) if first != other]


def join_copies(clips: Sequence[Clip], digests: Sequence[Sequence[str]]) -> list[Clip]:
    """The clips, copies in one group, with all others that were in a group with one of them."""
    groups = DisjointSet(clip.group for clip in clips)
    for first, other in find_copies(digests):
        groups.merge(clips[first].group, clips[other].group)
    return [replace(clip, group=groups[clip.group]) for clip in clips]


def warn_of_contradictions(
    clips: Sequence[Clip],
    digests: Sequence[Sequence[str]],
    identity_of: Callable[[Clip], tuple[object, ...]],
) -> None:
    """Say which copies are labelled in two ways: `identity_of` tells what a target follows from."""
    torn = [
        (clips[first], clips[other])
        for first, other in find_copies(digests)
        if identity_of(clips[first]) != identity_of(clips[other])
    ]
    if torn:
        pairs = [
            f"{_describe(first, identity_of)} = {_describe(other, identity_of)}"
            for first, other in torn
        ]
        examples = list_examples(dict.fromkeys(pairs))
        warn_user(
            "The same audio is labelled in two ways, which no model can learn: "
            f"{examples}."
        )


def _describe(clip: Clip, identity_of: Callable[[Clip], tuple[object, ...]]) -> str:
    told = [str(part) for part in identity_of(clip) if part != ""]
    return f"{clip.name} ({', '.join(told)})"
