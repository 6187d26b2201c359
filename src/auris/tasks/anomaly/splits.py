"""Who trains and who tests where anomalies are looked for: what trains and validates is normal."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from fnmatch import fnmatch

from auris.core.errors import UserError, suggest_choice
from auris.data.clips import Clip
from auris.data.splits import SPLITS, draw_folds, split_by_fold, split_clips


def split_anomalies(
    clips: Sequence[Clip],
    normal: str,
    known: Sequence[str],
    fold: int,
    folds: int,
    seed: int,
) -> list[str]:
    """The split of each clip; "" leaves out an anomaly of a fold, or group, that trains.

    Normal clips are split as any others are. An anomalous clip tests, unless `known` names it:
    then it validates.
    """
    _check_labels(clips, normal, known)
    is_known = [_is_known(clip, normal, known) for clip in clips]
    if any(clip.fold is not None or clip.split for clip in clips):
        splits = _given_splits(clips, is_known, normal, fold, folds, seed)
    else:
        splits = _drawn_splits(clips, normal, fold, folds, seed)
    named = zip(is_known, splits, strict=True)
    splits = ["val" if own else name for own, name in named]
    may_train = [
        own or clip.label == normal for clip, own in zip(clips, is_known, strict=True)
    ]
    return _without_shared_groups(clips, splits, may_train)


def check_rates(rates: Collection[int]) -> None:
    """Raise `UserError` for recordings of several sample rates in Hz.

    What tells them apart would pass for unusual.
    """
    if len(rates) > 1:
        several = ", ".join(map(str, sorted(rates)))
        raise UserError(
            f"The recordings have sample rates of {several} Hz, which a model could take for the "
            f"anomaly; data.sample_rate={min(rates)} resamples all of them, and leaves none more "
            "bandwidth."
        )


def check_anomalies(splits: Sequence[str], clips: Sequence[Clip], normal: str) -> None:
    """Raise `UserError` where a split lacks normal clips, the test set anomalies, or the like."""
    labelled = zip(splits, clips, strict=True)
    found = {(split, clip.label == normal) for split, clip in labelled}
    for name in SPLITS:
        if (name, True) not in found:
            raise UserError(
                f"The {name} set has no {normal} clip; "
                "every run needs some to train, validate and test."
            )
    if ("test", False) not in found:
        raise UserError(
            f"The test set has no clip but {normal} ones; it needs anomalies to be heard."
        )
    _check_sections(splits, clips)


def _given_splits(
    clips: Sequence[Clip],
    is_known: Sequence[bool],
    normal: str,
    fold: int,
    folds: int,
    seed: int,
) -> list[str]:
    """Those of a table or of official folds."""
    given = [
        replace(clip, split="test") if own else clip
        for clip, own in zip(clips, is_known, strict=True)
    ]
    _check_column(given, normal)
    return split_clips(_with_section(given), fold, folds, seed)


def _drawn_splits(
    clips: Sequence[Clip], normal: str, fold: int, folds: int, seed: int
) -> list[str]:
    """Normal clips in folds; all others test."""
    usual = _with_section([clip for clip in clips if clip.label == normal])
    splits = iter(split_by_fold(draw_folds(usual, folds, seed), fold))
    return [next(splits) if clip.label == normal else "test" for clip in clips]


def _without_shared_groups(
    clips: Sequence[Clip], splits: Sequence[str], may_train: Sequence[bool]
) -> list[str]:
    """The splits without test clips of a group that trains, and others that may not train."""
    placed = list(zip(clips, splits, may_train, strict=True))
    taken = {clip.group for clip, name, may in placed if may and name != "test"}
    kept = [
        clip.group not in taken if name == "test" else may for clip, name, may in placed
    ]
    return [name if keep else "" for name, keep in zip(splits, kept, strict=True)]


def _is_known(clip: Clip, normal: str, known: Sequence[str]) -> bool:
    """Whether the user named this anomalous clip: by path, file name, or a pattern of either."""
    if clip.label == normal:
        return False
    name = clip.path.name
    path = str(clip.path)
    return any(fnmatch(name, word) or fnmatch(path, f"*/{word}") for word in known)


def _with_section(clips: Sequence[Clip]) -> list[Clip]:
    """The clips with their section in the label, so that each is drawn into every fold."""
    return [
        replace(clip, label=f"{clip.label} {clip.cell('section')}".strip())
        for clip in clips
    ]


def _check_labels(clips: Sequence[Clip], normal: str, known: Sequence[str]) -> None:
    """Raise `UserError` unless there are normal clips, and others, and every known anomaly."""
    labels = sorted({clip.label for clip in clips})
    if normal not in labels:
        raise UserError(
            f"No recording is labelled {normal}, as data.normal says; "
            f"{suggest_choice(normal, labels)}"
        )
    if len(labels) < 2:
        raise UserError(
            f"All recordings are labelled {normal}; the test set needs some that are not."
        )
    for word in known:
        if not any(_is_known(clip, normal, [word]) for clip in clips):
            raise UserError(
                f"data.known_anomalies names {word}, and no anomalous recording has that name."
            )


def _check_column(clips: Sequence[Clip], normal: str) -> None:
    """Raise `UserError` where a split column has an anomalous clip train or validate.

    (Folds may hold both.)
    """
    for clip in clips:
        if (
            clip.fold is None
            and clip.label != normal
            and clip.split in ("train", "val")
        ):
            raise UserError(
                f"{clip.name} is labelled {clip.label} and in the {clip.split} set, but only "
                f"{normal} clips train and validate; give it split test, or name it in "
                "data.known_anomalies."
            )


def _check_sections(splits: Sequence[str], clips: Sequence[Clip]) -> None:
    """Raise `UserError` where some clips have no section, or a section does not train."""
    sections = {clip.cell("section") for clip in clips}
    if "" in sections and len(sections) > 1:
        raise UserError(
            "Some recordings have a section and some have none; give all of them one, or none."
        )
    trained = {
        clip.cell("section")
        for name, clip in zip(splits, clips, strict=True)
        if name == "train"
    }
    if untaught := sections - trained:
        raise UserError(
            f"No normal clip of section {min(untaught)} is in the training set; it can't be learnt."
        )
