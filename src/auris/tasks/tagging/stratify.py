"""Folds in which each of several labels is as frequent as in all clips."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from auris.core.errors import UserError

_MIN_FOLDS = 3  # one to train, one to validate, one to test


def draw_folds(
    labels: Sequence[Sequence[str]], groups: Sequence[str], folds: int, seed: int
) -> list[int]:
    """The fold of each clip, 1 to `folds`, whole by group.

    Iterative stratification (Sechidis, Tsoumakas and Vlahavas, 2011, On the stratification of
    multi-label data, algorithm 1), of groups in the place of clips: of the label that the fewest
    groups still bear, each goes to the fold that lacks it most. Raises `UserError` for a label
    with fewer groups than folds.
    """
    labels_of_group: dict[str, Counter[str]] = defaultdict(Counter)
    sizes = Counter(groups)
    for own, group in zip(labels, groups, strict=True):
        labels_of_group[group].update(own)
    _check_groups(labels_of_group, folds)
    # how many clips with a label each fold still lacks, and how many clips in all
    total = sum(labels_of_group.values(), Counter())
    lacking = {label: np.full(folds, n / folds) for label, n in total.items()}
    room = np.full(folds, len(groups) / folds)
    order = np.random.default_rng(seed).permutation(sorted(labels_of_group)).tolist()
    fold_of_group: dict[str, int] = {}
    while order:
        for group in _next_groups(order, labels_of_group):
            own = labels_of_group[group]
            rarest = min(
                own, key=lambda label: (lacking[label].sum(), label), default=""
            )
            wanted = lacking[rarest] if rarest else room
            fold = int(np.lexsort((-room, -wanted))[0])
            fold_of_group[group] = fold + 1
            room[fold] -= sizes[group]
            for label, count in own.items():
                lacking[label][fold] -= count
            order.remove(group)
    return [fold_of_group[group] for group in groups]


def _next_groups(
    order: Sequence[str], labels_of_group: Mapping[str, Counter[str]]
) -> list[str]:
    """Those with the label that the fewest of these groups bear; all where none bears one."""
    bearers = Counter(label for group in order for label in labels_of_group[group])
    if not bearers:
        return list(order)
    rarest = min(bearers, key=lambda label: (bearers[label], label))
    return [group for group in order if rarest in labels_of_group[group]]


def _check_groups(labels_of_group: Mapping[str, Counter[str]], folds: int) -> None:
    bearers = Counter(label for own in labels_of_group.values() for label in own)
    rare = min(bearers, key=lambda label: bearers[label])
    count = bearers[rare]
    if folds < _MIN_FOLDS or count < folds:
        works = f"; data.folds={count} works" if count >= _MIN_FOLDS else ""
        raise UserError(
            f"data.folds={folds} folds can't be drawn: label {rare} has {count} recordings (or "
            f"groups), and each needs one for each of {_MIN_FOLDS} or more folds{works}."
        )
