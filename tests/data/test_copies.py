"""Copies of the same audio: they stay together, and contradictions are named."""

from pathlib import Path

import pytest

from auris.data import copies
from auris.data.clips import Clip
from auris.data.copies import find_copies, join_copies, warn_of_contradictions


def groups(clips: list[Clip]) -> list[str]:
    return [clip.group for clip in clips]


def test_copies_are_found_once_each() -> None:
    digests = [["x", "y"], ["z"], ["y", "x"], ["z", "z"], ["y"], []]
    assert find_copies(digests) == [(0, 2), (1, 3), (0, 4)]


def test_copies_bring_their_groups_together() -> None:
    names = ["a", "b", "c", "d", "e"]
    clips = [
        Clip(Path(name), "cat", group)
        for name, group in zip(names, "11223", strict=True)
    ]
    digests = [["x"], ["y", "z"], ["u"], ["z"], ["v"]]
    joined = groups(join_copies(clips, digests))
    assert joined == [*4 * joined[:1], "3"] and joined[0] in ("1", "2")
    assert groups(join_copies(clips, [[name] for name in names])) == list("11223")


def test_contradictions_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(copies, "warn_user", said.append)
    labels = ["cat", "dog", "cat", "dog"]
    clips = [Clip(Path(f"x/{i}"), label, str(i)) for i, label in enumerate(labels)]
    digests = [["a"], ["a"], ["b"], ["c"]]
    warn_of_contradictions(clips, digests, lambda clip: (clip.label,))
    (sentence,) = said
    assert sentence.endswith("no model can learn: 0 (cat) = 1 (dog).")
    warn_of_contradictions(clips, digests, lambda clip: ())
    assert len(said) == 1
