"""Each clip has a number, or several: columns of a table, or labels that are numbers."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import final

import numpy as np
import torch
from torch import Tensor

from auris.core.errors import UserError, suggest_choice
from auris.data.clips import Clip
from auris.data.columns import list_columns, parse_number
from auris.data.splits import check_filled
from auris.data.tables import plain_name
from auris.data.targets import Targets, count_splits

_OF_LABELS = "value"  # what a number is called that is a label
_PARTS = 3  # of as many clips, in which people see how numbers are spread


@final
class NumberTargets(Targets):
    """The numbers of a clip.

    Args:
        columns: of the table that has them; none: labels are numbers.
    """

    kind = "number"
    needs_labels_in = ()

    def __init__(self, columns: Sequence[str] = ()):
        self.read_columns = tuple(map(plain_name, columns))
        self.names = self.read_columns or (_OF_LABELS,)

    def split_clips(
        self, clips: Sequence[Clip], fold: int, folds: int, seed: int
    ) -> list[str]:
        unlabelled = [replace(clip, label="") for clip in clips]
        return super().split_clips(unlabelled, fold, folds, seed)

    def describe_split(
        self, clips: Sequence[Clip], fold: int, folds: int, seed: int
    ) -> str:
        separated = super().describe_split(clips, fold, folds, seed)
        return separated.replace("stratified by class and whole", "whole")

    def check_clips(self, clips: Sequence[Clip]) -> None:
        known = list_columns(clips)
        if not (self.read_columns or any(clip.label for clip in clips)):
            raise UserError(
                "The table lacks the column label; data.target=... names another one, whose "
                f"numbers are to be told: {', '.join(known)}."
            )
        for name in self.read_columns:
            if name not in known:
                choices = suggest_choice(name, known or ["null"])
                raise UserError(
                    f"No recording has a {name}, data.target={name}; {choices}"
                )
        values = np.array([self.numbers_of(clip) for clip in clips])  # (N, K)
        for name, low, high in zip(
            self.names, values.min(0), values.max(0), strict=True
        ):
            if low == high:
                raise UserError(
                    f"{name} is {low:g} of all recordings; there is nothing to learn."
                )

    def check_splits(self, splits: Sequence[str], clips: Sequence[Clip]) -> None:
        check_filled(splits)

    def labels_of(self, clip: Clip) -> tuple[str, ...]:
        return ()

    def kinds_of(self, clips: Sequence[Clip]) -> list[tuple[str, ...]]:
        """In which third of the first number each clip is."""
        values = [self.numbers_of(clip)[0] for clip in clips]
        edges = np.quantile(values, np.linspace(0, 1, _PARTS + 1))
        parts = np.searchsorted(edges[1:-1], values, side="right")
        words = [
            f"{self.names[0]} {low:.3g} to {high:.3g}" for low, high in pairwise(edges)
        ]
        return [(words[part],) for part in parts]

    def columns_of(self, clips: Sequence[Clip]) -> dict[str, tuple[str, ...]]:
        return dict.fromkeys(self.names, ())

    def identity_of(self, clip: Clip) -> tuple[object, ...]:
        return self.numbers_of(clip)

    def encode(self, clips: Sequence[Clip]) -> Tensor:
        """(N, K) the numbers of each clip."""
        return torch.tensor([self.numbers_of(clip) for clip in clips])

    def summarize_clips(self, splits: Sequence[str], clips: Sequence[Clip]) -> str:
        values = self.encode(clips)
        low, high = values.min(0).values.tolist(), values.max(0).values.tolist()
        ranges = [
            f"{name} from {least:.4g} to {most:.4g}"
            for name, least, most in zip(self.names, low, high, strict=True)
        ]
        return f"{count_splits(splits)}; {', '.join(ranges)}"

    def numbers_of(self, clip: Clip) -> tuple[float, ...]:
        """Raises `UserError` where one is missing or no number."""
        if not self.read_columns:
            return (_parse_cell(clip, "label", clip.label),)
        return tuple(
            _parse_cell(clip, name, clip.cell(name)) for name in self.read_columns
        )


def _parse_cell(clip: Clip, name: str, text: str) -> float:
    if not text:
        raise UserError(
            f"{clip.where or clip.path}: {name} is not given; fill it, or leave the row out."
        )
    return parse_number(clip, name, text)
