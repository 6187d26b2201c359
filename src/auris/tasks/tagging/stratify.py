"""Folds in which each of several labels is as frequent as in all clips."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import final

import numpy as np

from auris.core.errors import UserError

_MIN_FOLDS = 3  # one to train, one to validate, one to test

Bearers = Mapping[str, Counter[str]]  # how many clips of each group bear each label


def draw_folds(
    labels: Sequence[Sequence[str]], groups: Sequence[str], folds: int, seed: int
) -> list[int]:
    """The fold of each clip, 1 to `folds`, whole by group.

    Iterative stratification (Sechidis, Tsoumakas and Vlahavas, 2011, On the stratification of
    multi-label data, algorithm 1), of groups in the place of clips: of the label that the fewest
    groups still bear, each goes to the fold that lacks it most. Raises `UserError` for a label
    with fewer groups than folds.
    """
    bearers: dict[str, Counter[str]] = defaultdict(Counter)
    for own, group in zip(labels, groups, strict=True):
        bearers[group].update(own)
    _check_groups(bearers, folds)
    sizes = Counter(groups)
    needs = _Needs(bearers, len(groups), folds)
    left = np.random.default_rng(seed).permutation(sorted(bearers)).tolist()
    fold_of_group: dict[str, int] = {}
    while left:
        rarest = _rarest_label(left, bearers)
        for group in [name for name in left if not rarest or rarest in bearers[name]]:
            fold_of_group[group] = needs.take(bearers[group], sizes[group], rarest)
            left.remove(group)
    return [fold_of_group[group] for group in groups]


@final
class _Needs:
    """How many clips with each label, and how many in all, each fold still lacks."""

    def __init__(self, bearers: Bearers, clips: int, folds: int):
        total: Counter[str] = sum(bearers.values(), Counter())
        self.of_label = {name: np.full(folds, n / folds) for name, n in total.items()}
        self.in_all = np.full(folds, clips / folds)

    def take(self, own: Counter[str], size: int, label: str) -> int:
        """Put a group of `size` clips where `label` lacks most; the number of the fold, from 1."""
        lacking = self.of_label[label] if label else self.in_all
        fold = int(np.lexsort((-self.in_all, -lacking))[0])
        self.in_all[fold] -= size
        for name, count in own.items():
            self.of_label[name][fold] -= count
        return fold + 1


def _rarest_label(groups: Sequence[str], bearers: Bearers) -> str:
    """The label that the fewest of these groups bear; empty where none bears one."""
    counts = Counter(label for group in groups for label in bearers[group])
    return min(counts, key=lambda label: (counts[label], label), default="")


def _check_groups(bearers: Bearers, folds: int) -> None:
    """Raise `UserError` where a label has too few groups for one in each fold."""
    counts = Counter(label for own in bearers.values() for label in own)
    rare = min(counts, key=lambda label: counts[label])
    if folds < _MIN_FOLDS or counts[rare] < folds:
        works = f"; data.folds={counts[rare]} works"
        raise UserError(
            f"data.folds={folds} folds can't be drawn: label {rare} has {counts[rare]} recordings "
            f"(or groups), and each needs one for each of {_MIN_FOLDS} or more folds"
            f"{works if counts[rare] >= _MIN_FOLDS else ''}."
        )
