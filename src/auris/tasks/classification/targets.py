"""Each label is a class."""

from collections.abc import Sequence
from typing import final

from torch import Tensor

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.splits import check_complete
from auris.data.targets import Targets, codes, count_splits


@final
class LabelTargets(Targets):
    """Which class a clip is of."""

    kind = "label"

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        for clip in clips:
            if not clip.label:
                raise UserError(
                    f"{clip.path} has no label; give it one, "
                    "or choose array=... to learn directions."
                )
        check_complete(splits, [clip.label for clip in clips])

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N,) the number of each clip's class."""
        return codes(clip.label for clip in clips)

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        classes = self.classes_of(clips)
        return f"{count_splits(splits)}; {len(classes)} classes: {', '.join(classes)}"
