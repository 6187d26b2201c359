"""Labels are dear: what a few of them are worth is seen where the others are taken away."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, zip_longest

import numpy as np

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.splits import UNLABELLED


def hide_labels(
    splits: Sequence[str], clips: Sequence[Clip], labelled: int, seed: int
) -> list[str]:
    """The split of each clip; all but `labelled` training clips of each class are "unlabelled".

    Groups are drawn with `seed`, and each gives one clip in turn, so that few labels are of many
    groups; fewer labels are a part of more. Raises `UserError` where a class has too few clips.
    """
    by_label: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, (split, clip) in enumerate(zip(splits, clips, strict=True)):
        if split == "train":
            by_label[clip.label][clip.group].append(at)
    kept: set[int] = set()
    for label, groups in sorted(by_label.items()):
        in_turn = _draw_in_turn(list(groups.values()), seed)
        if len(in_turn) < labelled:
            raise UserError(
                f"data.labelled={labelled} is more than the {len(in_turn)} training recordings of "
                f"class {label}; the most is that, null leaves all labels."
            )
        kept.update(in_turn[:labelled])
    pairs = enumerate(splits)
    return [
        UNLABELLED if split == "train" and at not in kept else split
        for at, split in pairs
    ]


def _draw_in_turn(groups: Sequence[Sequence[int]], seed: int) -> list[int]:
    """All members of groups, one of each group in turn, groups and members in a drawn order."""
    draw = np.random.default_rng(seed)
    shuffled = [draw.permutation(groups[at]) for at in draw.permutation(len(groups))]
    turns = chain.from_iterable(zip_longest(*shuffled))
    return [int(member) for member in turns if member is not None]
