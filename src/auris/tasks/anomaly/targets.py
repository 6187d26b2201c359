"""What the labels of clips are taken for: classes to be told apart, or what is normal and what is not."""

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import torch
from torch import Tensor

from auris.data.clips import Clip
from auris.data.splits import SETS
from auris.data.targets import View, names, places
from auris.tasks.anomaly.splits import check_anomalies, check_rates, split_anomalies


class Anomalies(View):
    """One label is normal, any other is not. Only what is normal trains.

    Args:
        normal: the label of normal clips.
        known: names or patterns of anomalous recordings that validate; they never test.
    """

    target = "anomaly"

    def __init__(self, normal: str, known: Sequence[str] = ()):
        self.normal, self.known = normal, known

    def split(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> list[str]:
        return split_anomalies(clips, self.normal, self.known, fold, folds, seed)

    def separated(self, clips: Sequence[Clip], fold: int, folds: int, seed: int) -> str:
        first = super().separated(clips, fold, folds, seed)
        return f"{first} Only {self.normal} clips train; others test, but for those that were named to validate."

    def check_rates(self, rates: Collection[int]) -> None:
        check_rates(rates)

    def check(self, sets: Sequence[str], clips: Sequence[Clip]) -> None:
        check_anomalies(sets, clips, self.normal)

    def facts(self, clips: Sequence[Clip]) -> dict[str, Any]:
        return {
            "classes": names(clip.label for clip in clips),
            "sections": names(clip.section for clip in clips),
            "domains": names(clip.domain for clip in clips),
        }

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, 3) whether each is anomalous, and the numbers of its section and its domain."""
        anomalous = torch.tensor([int(clip.label != self.normal) for clip in clips])
        section, domain = (
            places(clip.section for clip in clips),
            places(clip.domain for clip in clips),
        )
        return torch.stack([anomalous, section, domain], dim=1)

    def count(self, sets: Sequence[str], clips: Sequence[Clip]) -> str:
        sizes = Counter(
            (name, clip.label == self.normal) for name, clip in zip(sets, clips, strict=True)
        )
        odd = {
            name: f" + {sizes[name, False]} anomalous" if sizes[name, False] else ""
            for name in SETS
        }
        counts = ", ".join(f"{sizes[name, True]}{odd[name]} {name}" for name in SETS)
        left, sections = sizes["", True] + sizes["", False], names(clip.section for clip in clips)
        counts += (
            f"; {left} left out, as others of their fold or group train or validate" if left else ""
        )
        return counts + (
            f"; {len(sections)} sections: {', '.join(sections)}" if len(sections) > 1 else ""
        )
