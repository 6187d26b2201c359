"""Who trains and who tests where anomalies are looked for: what trains and validates is normal."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from fnmatch import fnmatch

from auris.core.errors import UserError, suggest_choice
from auris.data.clips import Clip
from auris.data.splits import SPLITS, draw_folds, split_by_fold, split_clips


def split_anomalies(
    clips: Sequence[Clip], normal: str, known: Sequence[str], fold: int, folds: int, seed: int
) -> list[str]:
    """The set of each clip; "" leaves out an anomaly of a fold, or of a group, that trains or validates.

    Normal clips are split as any others are. An anomalous clip tests, unless `known` names it: then it validates.
    """
    check_labels(clips, normal, known)
    named = [is_known(clip, normal, known) for clip in clips]
    if any(clip.fold is not None or clip.split for clip in clips):
        given = [
            replace(clip, split="test") if own else clip
            for clip, own in zip(clips, named, strict=True)
        ]
        check_column(given, normal)
        sets = split_clips(by_section(given), fold, folds, seed)
    else:
        sets = draw(clips, normal, fold, folds, seed)
    sets = ["val" if own else name for own, name in zip(named, sets, strict=True)]
    usable = [
        own or clip.label == normal for clip, own in zip(clips, named, strict=True)
    ]  # to train or validate
    placed = list(zip(clips, sets, usable, strict=True))
    taken = {clip.group for clip, name, use in placed if use and name != "test"}
    return [
        name if (clip.group not in taken if name == "test" else use) else ""
        for clip, name, use in placed
    ]


def is_known(clip: Clip, normal: str, known: Sequence[str]) -> bool:
    """Whether the user named this anomalous clip: by its path, its file name, or a pattern of either."""
    return clip.label != normal and any(
        fnmatch(clip.path.name, word) or fnmatch(str(clip.path), f"*/{word}") for word in known
    )


def draw(clips: Sequence[Clip], normal: str, fold: int, folds: int, seed: int) -> list[str]:
    """Normal clips in folds; all others test."""
    usual = by_section([clip for clip in clips if clip.label == normal])
    sets = iter(split_by_fold(draw_folds(usual, folds, seed), fold))
    return [next(sets) if clip.label == normal else "test" for clip in clips]


def by_section(clips: Sequence[Clip]) -> list[Clip]:
    """The clips with their section in the label, so that each section is drawn into every fold."""
    return [replace(clip, label=f"{clip.label} {clip.section}".strip()) for clip in clips]


def check_labels(clips: Sequence[Clip], normal: str, known: Sequence[str]) -> None:
    """Raise `UserError` unless there are normal clips, and others, and every known anomaly is there."""
    labels = sorted({clip.label for clip in clips})
    if normal not in labels:
        raise UserError(
            f"No recording is labelled {normal}, as data.normal says; {suggest_choice(normal, labels)}"
        )
    if len(labels) < 2:
        raise UserError(
            f"All recordings are labelled {normal}; the test set needs some that are not."
        )
    for word in known:
        if not any(is_known(clip, normal, [word]) for clip in clips):
            raise UserError(
                f"data.known_anomalies names {word}, and no anomalous recording has that name."
            )


def check_rates(rates: Collection[int]) -> None:
    """Raise `UserError` for recordings of several sample rates in Hz: what tells them apart would pass for unusual."""
    if len(rates) > 1:
        raise UserError(
            f"The recordings have sample rates of {', '.join(map(str, sorted(rates)))} Hz, which a model could take "
            f"for the anomaly; data.sample_rate={min(rates)} resamples all of them, and leaves none more bandwidth."
        )


def check_column(clips: Sequence[Clip], normal: str) -> None:
    """Raise `UserError` where a split column has an anomalous clip train or validate. (Folds may hold both.)"""
    for clip in clips:
        if clip.fold is None and clip.label != normal and clip.split in ("train", "val"):
            raise UserError(
                f"{clip.path.name} is labelled {clip.label} and in the {clip.split} set, but only {normal} clips train "
                "and validate; give it split test, or name it in data.known_anomalies."
            )


def check_anomalies(sets: Sequence[str], clips: Sequence[Clip], normal: str) -> None:
    """Raise `UserError` where a set lacks normal clips, the test set anomalies, or training a section."""
    held = {(name, clip.label == normal) for name, clip in zip(sets, clips, strict=True)}
    for name in SPLITS:
        if (name, True) not in held:
            raise UserError(
                f"The {name} set has no {normal} clip; every run needs some to train, validate and test."
            )
    if ("test", False) not in held:
        raise UserError(
            f"The test set has no clip but {normal} ones; it needs anomalies to be heard."
        )
    if "" in {clip.section for clip in clips} and any(clip.section for clip in clips):
        raise UserError(
            "Some recordings have a section and some have none; give all of them one, or none."
        )
    trained = {clip.section for name, clip in zip(sets, clips, strict=True) if name == "train"}
    untaught = {clip.section for clip in clips} - trained
    if untaught:
        raise UserError(
            f"No normal clip of section {min(untaught)} is in the training set; it can't be learnt."
        )
