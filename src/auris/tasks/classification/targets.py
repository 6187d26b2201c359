"""What the labels of clips are taken for: classes to be told apart, or what is normal and what is not."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from torch import Tensor

from auris.core.errors import UserError
from auris.data.clips import Clip
from auris.data.splits import SETS, check_complete, split
from auris.data.targets import View, names, places


class Labels(View):
    """Each label is a class."""

    target = "label"

    def split(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> list[str]:
        return split(clips, fold, folds, seed)

    def check_rates(self, rates: Collection[int]) -> None:
        """Any will do: they become one."""

    def check(self, sets: Sequence[str], clips: Sequence[Clip]) -> None:
        if bare := next((clip for clip in clips if not clip.label), None):
            raise UserError(
                f"{bare.path} has no label; give it one, or choose array=... to learn directions."
            )
        check_complete(sets, [clip.label for clip in clips])

    def facts(self, clips: Sequence[Clip]) -> dict[str, Any]:
        return {"classes": names(clip.label for clip in clips)}

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N,) the number of each clip's class."""
        return places(clip.label for clip in clips)

    def count(self, sets: Sequence[str], clips: Sequence[Clip]) -> str:
        sizes, classes = Counter(sets), names(clip.label for clip in clips)
        counts = ", ".join(f"{sizes[name]} {name}" for name in SETS)
        return f"{counts}; {len(classes)} classes: {', '.join(classes)}"
