"""Who trains, who validates, who tests: disjoint, whole by group, and checked."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from auris.core.errors import UserError
from auris.core.text import list_examples
from auris.data.clips import Clip
from auris.data.copies import find_copies

SPLITS = ("train", "val", "test")
# (clips, folds, seed) -> the fold of each clip, from 1 on
DrawFolds = Callable[[Sequence[Clip], int, int], list[int]]
UNLABELLED = "unlabelled"  # training clips whose labels are taken away
PARTS = (*SPLITS, UNLABELLED, "")  # and those that are left out
_MIN_FOLDS = 3  # one to train, one to validate, one to test


def draw_folds(clips: Sequence[Clip], folds: int, seed: int) -> list[int]:
    """Folds 1 to `folds`, stratified by class and whole by group."""
    from sklearn.model_selection import StratifiedGroupKFold

    _check_groups(clips, folds)
    fold_of_clip = np.zeros(len(clips), dtype=int)
    labels = [clip.label for clip in clips]
    groups = [clip.group for clip in clips]
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    parts = splitter.split(labels, labels, groups)
    for number, (_, chosen) in enumerate(parts, start=1):
        fold_of_clip[chosen] = number
    return fold_of_clip.tolist()


def split_clips(
    clips: Sequence[Clip],
    fold: int,
    folds: int,
    seed: int,
    draw: DrawFolds = draw_folds,
) -> list[str]:
    """The split of each clip.

    It comes from official folds, else from a `split` column, else from `folds` drawn with
    `seed`. Fold k tests, the next one validates, the rest trains.
    """
    if _have_folds(clips):
        return split_by_fold(_official_folds(clips), fold)
    if _have_splits(clips):
        if fold != 1:
            raise UserError(
                "The split column decides who tests, so that "
                f"data.fold={fold} would change nothing."
            )
        return _split_by_column(clips, folds, seed, draw)
    return split_by_fold(draw(clips, folds, seed), fold)


def describe_splits(clips: Sequence[Clip], fold: int, folds: int, seed: int) -> str:
    """How `split_clips` separates these clips, for people."""
    roles = f"fold {fold} tests, the next one validates, the others train"
    if _have_folds(clips):
        return f"The data brings its own folds: {roles}."
    if _have_splits(clips):
        return "The data says itself which clips test."
    drawn = f"{folds} folds were drawn (data.split_seed={seed})"
    return f"{drawn}, stratified by class and whole by group: {roles}."


def split_by_fold(fold_of_clip: Sequence[int], fold: int) -> list[str]:
    """Fold `fold` tests, the next one validates, the rest trains."""
    known = sorted(set(fold_of_clip))
    if len(known) < _MIN_FOLDS:
        raise UserError(
            f"The data has {len(known)} folds; {_MIN_FOLDS} or more are needed to train, "
            "validate and test."
        )
    if fold not in known:
        raise UserError(
            f"data.fold={fold} does not exist; "
            f"this data has folds {', '.join(map(str, known))}."
        )
    next_fold = known[(known.index(fold) + 1) % len(known)]
    roles = {fold: "test", next_fold: "val"}
    return [roles.get(number, "train") for number in fold_of_clip]


def check_disjoint(
    splits: Sequence[str], clips: Sequence[Clip], digests: Sequence[Sequence[str]]
) -> None:
    """Raise `UserError` where two splits share samples under two names, or a group.

    Clips of the split "" are left out. The digests are those of the rows of each clip.
    """
    pairs = zip(splits, digests, strict=True)
    _check_contents_disjoint(
        splits, clips, [own if name else () for name, own in pairs]
    )
    _check_groups_disjoint(splits, clips)


def check_filled(splits: Sequence[str]) -> None:
    """Raise `UserError` where a split is empty."""
    for split in SPLITS:
        if split not in splits:
            raise UserError(
                f"The {split} set is empty; every run needs train, val and test clips."
            )


def check_complete(splits: Sequence[str], labels: Sequence[str]) -> None:
    """Raise `UserError` where a split is empty or a class has no training clip."""
    check_filled(splits)
    pairs = zip(splits, labels, strict=True)
    taught = {label for split, label in pairs if split == "train"}
    untaught = set(labels) - taught
    if untaught:
        raise UserError(
            f"No clip of class {min(untaught)} is in the training set; "
            "it can't be learnt."
        )


def _have_folds(clips: Sequence[Clip]) -> bool:
    return any(clip.fold is not None for clip in clips)


def _have_splits(clips: Sequence[Clip]) -> bool:
    return any(clip.split for clip in clips)


def _official_folds(clips: Sequence[Clip]) -> list[int]:
    """The fold of each clip. Raises `UserError` where some have none."""
    without = [clip.name for clip in clips if clip.fold is None]
    if without:
        raise UserError(
            f"{without[0]} has no fold, but other clips have one; "
            "give all of them a fold or none."
        )
    return [clip.fold for clip in clips if clip.fold is not None]


def _split_by_column(
    clips: Sequence[Clip], folds: int, seed: int, draw: DrawFolds
) -> list[str]:
    """The split column; where it names no "val", one fold of the train split validates."""
    splits = [clip.split or "" for clip in clips]
    if "" in splits:
        raise UserError(
            f"{clips[splits.index('')].name} has an empty split; "
            "give every clip train, val or test."
        )
    if "train" in splits and "val" not in splits:
        training = [i for i, split in enumerate(splits) if split == "train"]
        fold_of_clip = draw([clips[i] for i in training], folds, seed)
        for i, fold in zip(training, fold_of_clip, strict=True):
            splits[i] = "val" if fold == 1 else "train"
    return splits


def _check_groups(clips: Sequence[Clip], folds: int) -> None:
    """Raise `UserError` where a class has too few groups for one in each fold."""
    groups = defaultdict(set)
    for clip in clips:
        groups[clip.label].add(clip.group)
    rare = min(groups, key=lambda label: len(groups[label]), default="")
    if folds < _MIN_FOLDS or len(groups[rare]) < folds:
        # recordings with directions have no class
        subject = f"class {rare} has" if rare else "there are"
        count = len(groups[rare])
        works = f"; data.folds={count} works" if count >= _MIN_FOLDS else ""
        raise UserError(
            f"data.folds={folds} folds can't be drawn: {subject} {count} recordings (or groups), "
            f"and each class needs one for each of {_MIN_FOLDS} or more folds{works}."
        )


def _check_contents_disjoint(
    splits: Sequence[str], clips: Sequence[Clip], digests: Sequence[Sequence[str]]
) -> None:
    """Raise `UserError` for samples that are in two splits."""
    torn = [
        f"{clips[first].path} in {splits[first]} and {clips[other].path} in {splits[other]}"
        for first, other in find_copies(digests)
        if splits[first] != splits[other]
    ]
    if torn:
        count = f" ({len(torn)} pairs)" if len(torn) > 1 else ""
        raise UserError(
            f"The sets overlap: {list_examples(torn)} hold the same audio{count}; give copies "
            "the same split or fold, or remove all of them but one. (Where neither is given, "
            "copies stay together.)"
        )


def _check_groups_disjoint(splits: Sequence[str], clips: Sequence[Clip]) -> None:
    """Raise `UserError` for groups, or parts of a recording, that are in two splits."""
    firsts: dict[str, tuple[str, Clip]] = {}
    torn = []
    for split, clip in zip(splits, clips, strict=True):
        # two parts of a recording belong together, too
        for group in (clip.group, str(clip.path)) if split else ():
            other, first = firsts.setdefault(group, (split, clip))
            if other != split:
                torn.append(
                    f"group {group} is in {other} ({first.name}) and in {split} "
                    f"({clip.name})"
                )
    if torn:
        raise UserError(
            f"The sets overlap: {list_examples(dict.fromkeys(torn))}; "
            "a group must stay in one set."
        )
