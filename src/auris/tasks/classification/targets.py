"""Each label is a class."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import final

from torch import Tensor

from auris.core.errors import UserError
from auris.core.text import list_examples
from auris.core.warnings import warn_user
from auris.data.clips import Clip
from auris.data.splits import check_complete
from auris.data.targets import Targets, codes, count_splits

_SEPARATOR = re.compile(r"\s*[|;,]\s*")  # of several labels in one cell
_MANY_NUMBERS = 20  # as labels, of which some must be fractions, or most be alone


@final
class LabelTargets(Targets):
    """Which class a clip is of."""

    kind = "label"

    def check_clips(self, clips: Sequence[Clip]) -> None:
        for clip in clips:
            if not clip.label:
                raise UserError(
                    f"{clip.path} has no label; give it one, "
                    "or choose array=... to learn directions."
                )
        classes = self.classes_of(clips)
        if not _warn_of_numbers(classes, len(clips)):
            _warn_of_several_labels(classes)

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_complete(splits, [clip.label for clip in clips])

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N,) the number of each clip's class."""
        return codes(clip.label for clip in clips)

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        classes = self.classes_of(clips)
        return f"{count_splits(splits)}; {len(classes)} classes: {', '.join(classes)}"


def _warn_of_several_labels(classes: Sequence[str]) -> None:
    """Name labels such as dog|rain, where dog or rain is in another one, too."""
    parts = {name: set(_SEPARATOR.split(name)) for name in classes}
    counts = Counter(part for own in parts.values() for part in own)
    several = [
        name
        for name, own in parts.items()
        if len(own) > 1 and any(counts[part] > 1 for part in own)
    ]
    if several:
        warn_user(
            f"Each of {list_examples(several)} is taken for a class of its own: "
            "task=classification tells one class a recording, not several at once. "
            "Give each recording, or each stretch of it from start to stop, one label."
        )


def _warn_of_numbers(classes: Sequence[str], clips: int) -> bool:
    """Say of measured values that they are taken for classes; whether all are numbers."""
    try:
        numbers = [float(name.replace(",", ".")) for name in classes]
    except ValueError:
        return False
    is_measured = not all(number.is_integer() for number in numbers)
    is_alone = 2 * len(numbers) > clips
    if len(numbers) > _MANY_NUMBERS and (is_measured or is_alone):
        warn_user(
            f"The labels are {len(numbers)} different numbers ({list_examples(classes)}), each "
            "taken for a class of its own: task=classification learns no values. Sort them into "
            "ranges, or add a task that learns values (CONTRIBUTING.md)."
        )
    return True
