"""Who trains, who validates, who tests: disjoint, whole by group, and checked."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from auris.core.errors import UserError
from auris.data.clips import Clip

SETS = ("train", "val", "test")


def split(clips: Sequence[Clip], fold: int, folds: int, seed: int) -> list[str]:
    """The set of each clip: from official folds, else from a `split` column, else from `folds` drawn with `seed`.

    Fold k tests, the next one validates, the rest trains. Drawn folds are stratified by class and keep groups whole.
    """
    if any(clip.fold is not None for clip in clips):
        return from_folds(official(clips), fold)
    if any(clip.split for clip in clips):
        if fold != 1:
            raise UserError(
                f"The split column decides who tests, so that data.fold={fold} would change nothing."
            )
        return from_column(clips, folds, seed)
    return from_folds(drawn(clips, folds, seed), fold)


def how(clips: Sequence[Clip], fold: int, folds: int, seed: int) -> str:
    """How `split` separates these clips, for people."""
    if any(clip.fold is not None for clip in clips):
        return f"The data brings its own folds: fold {fold} tests, the next one validates, the others train."
    if any(clip.split for clip in clips):
        return "The data says itself which clips test."
    return (
        f"{folds} folds were drawn (data.split_seed={seed}), stratified by class and whole by group: fold "
        f"{fold} tests, the next one validates, the others train."
    )


def official(clips: Sequence[Clip]) -> list[int]:
    without = [clip.path.name for clip in clips if clip.fold is None]
    if without:
        raise UserError(
            f"{without[0]} has no fold, but other clips have one; give all of them a fold or none."
        )
    return [int(clip.fold) for clip in clips if clip.fold is not None]


def from_folds(of_clip: Sequence[int], fold: int) -> list[str]:
    """Fold `fold` tests, the next one validates."""
    known = sorted(set(of_clip))
    if len(known) < 3:
        raise UserError(
            f"The data has {len(known)} folds; 3 or more are needed to train, validate and test."
        )
    if fold not in known:
        raise UserError(
            f"data.fold={fold} does not exist; this data has folds {', '.join(map(str, known))}."
        )
    validates = known[(known.index(fold) + 1) % len(known)]
    return [
        "test" if f == fold else "val" if f == validates else "train" for f in of_clip
    ]


def from_column(clips: Sequence[Clip], folds: int, seed: int) -> list[str]:
    """The split column; where it names no validation clips, one fold of the training clips validates."""
    sets = [clip.split for clip in clips]
    if None in sets:
        raise UserError(
            f"{clips[sets.index(None)].path.name} has an empty split; give every clip train, val or test."
        )
    if "train" in sets and "val" not in sets:
        training = [i for i, name in enumerate(sets) if name == "train"]
        for i, f in zip(
            training, drawn([clips[i] for i in training], folds, seed), strict=True
        ):
            sets[i] = "val" if f == 1 else "train"
    return [str(name) for name in sets]


def drawn(clips: Sequence[Clip], folds: int, seed: int) -> list[int]:
    """Folds 1 to `folds`, stratified by class and whole by group."""
    from sklearn.model_selection import StratifiedGroupKFold

    groups = defaultdict(set)
    for clip in clips:
        groups[clip.label].add(clip.group)
    rare = min(groups, key=lambda label: len(groups[label]), default="")
    if folds < 3 or not groups or len(groups[rare]) < folds:
        what = (
            f"class {rare} has" if rare else "there are"
        )  # recordings with directions have no class
        raise UserError(
            f"data.folds={folds} folds can't be drawn: {what} {len(groups[rare])} recordings "
            "(or groups), and each class needs one for each of 3 or more folds."
        )
    of_clip = np.zeros(len(clips), dtype=int)
    drawing = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    labels, members = [clip.label for clip in clips], [clip.group for clip in clips]
    for number, (_, chosen) in enumerate(
        drawing.split(labels, labels, members), start=1
    ):
        of_clip[chosen] = number
    return of_clip.tolist()


def check_disjoint(
    sets: Sequence[str], clips: Sequence[Clip], digests: Iterable[Sequence[str]]
) -> None:
    """Raise `UserError` where two sets share a group, or the same samples under two names."""
    groups: dict[str, tuple[str, Clip]] = {}
    contents: dict[str, tuple[str, Clip]] = {}
    for name, clip, rows in zip(sets, clips, digests, strict=True):
        if not name:
            continue  # left out
        for member in dict.fromkeys(
            (clip.group, str(clip.path))
        ):  # two parts of a recording belong together, too
            other, first = groups.setdefault(member, (name, clip))
            if other != name:
                raise UserError(
                    f"The sets overlap: group {member} is in {other} ({first.path.name}) and in {name} "
                    f"({clip.path.name}); a group must stay in one set."
                )
        for content in rows:
            other, first = contents.setdefault(content, (name, clip))
            if other != name:
                raise UserError(
                    f"The sets overlap: {first.path} in {other} and {clip.path} in {name} hold the same audio; "
                    "remove one of them, or give both the same group."
                )


def check_filled(sets: Sequence[str]) -> None:
    """Raise `UserError` where a set is empty."""
    for name in SETS:
        if name not in sets:
            raise UserError(
                f"The {name} set is empty; every run needs train, val and test clips."
            )


def check_complete(sets: Sequence[str], labels: Sequence[str]) -> None:
    """Raise `UserError` where a set is empty or a class has no training clip."""
    check_filled(sets)
    untaught = set(labels) - {
        label for name, label in zip(sets, labels, strict=True) if name == "train"
    }
    if untaught:
        raise UserError(
            f"No clip of class {min(untaught)} is in the training set; it can't be learnt."
        )
