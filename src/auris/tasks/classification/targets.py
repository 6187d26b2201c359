"""Each label is a class."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import final

from torch import Tensor

from auris.core.errors import UserError
from auris.core.text import list_examples
from auris.data.clips import Clip
from auris.data.columns import check_labelled
from auris.data.splits import check_complete
from auris.data.targets import Targets, codes, count_splits

_SEPARATOR = re.compile(r"\s*[|;,]\s*")  # of several labels in one cell
_MANY_NUMBERS = 20  # as labels, of which some must be fractions, or most be alone


@final
class LabelTargets(Targets):
    """Which class a clip is of."""

    kind = "label"
    learns_labels = True

    def check_clips(self, clips: Sequence[Clip]) -> None:
        check_labelled(clips)
        classes = self.classes_of(clips)
        if not _refuse_numbers(classes, len(clips)):
            _refuse_several_labels(classes)

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_complete(splits, [clip.label for clip in clips])

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N,) the number of each clip's class."""
        return codes(clip.label for clip in clips)

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        classes = self.classes_of(clips)
        return f"{count_splits(splits)}; {len(classes)} classes: {', '.join(classes)}"


def _refuse_several_labels(classes: Sequence[str]) -> None:
    """Raise `UserError` for labels such as dog|rain, where dog or rain is in another one, too."""
    parts = {name: set(_SEPARATOR.split(name)) for name in classes}
    counts = Counter(part for own in parts.values() for part in own)
    several = [
        name
        for name, own in parts.items()
        if len(own) > 1 and any(counts[part] > 1 for part in own)
    ]
    if several:
        raise UserError(
            f"{list_examples(several)} look like several labels in one, and task=classification "
            "tells one class a recording; choose task=tagging (data.separator names what stands "
            "between labels), or write the names of classes without |, ; and commas."
        )


def _refuse_numbers(classes: Sequence[str], clips: int) -> bool:
    """Whether all labels are numbers. Raises `UserError` for those that are measured values."""
    try:
        numbers = [float(name.replace(",", ".")) for name in classes]
    except ValueError:
        return False
    is_measured = not all(number.is_integer() for number in numbers)
    is_alone = 2 * len(numbers) > clips
    if len(numbers) > _MANY_NUMBERS and (is_measured or is_alone):
        raise UserError(
            f"The labels are {len(numbers)} different numbers ({list_examples(classes)}), which "
            "task=classification would take for as many classes; choose task=regression, or sort "
            "them into ranges with a name."
        )
    return True
