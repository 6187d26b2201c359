"""What a report is about."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from omegaconf import DictConfig
from torch import Tensor

from auris.core.html import Html
from auris.data.clips import Clip
from auris.data.module import AudioData
from auris.training.evaluation import clip_of
from auris.training.predictions import Answers
from auris.training.system import System

CALLED = {"test": "unseen clips", "val": "validation clips"}


class Section(NamedTuple):
    """A part of the page; one without a body is left out."""

    title: str
    body: Html


@dataclass(frozen=True)
class Subject:
    """A finished run with its data and its trained system."""

    folder: Path
    cfg: DictConfig
    result: dict[str, Any]  # as in result.json
    data: AudioData
    system: System
    answers: (
        Answers | None
    )  # to the set that was looked at last; None where the system has trained on it

    @property
    def set_name(self) -> str:
        """The set that the scores are of: "test", "val", or "" for none."""
        return next((name for name in CALLED if name in self.result), "")

    @property
    def scores(self) -> dict[str, Any]:
        return self.result[self.set_name]

    @property
    def main(self) -> tuple[str, dict[str, float | None]]:
        """The main metric, which is the first, and its estimate."""
        return next(iter(self.scores["metrics"].items()))

    @property
    def clips_called(self) -> str:
        return CALLED[self.set_name]

    @property
    def is_simulated(self) -> bool:
        return self.result["source"] == "simulated"

    @cached_property
    def constant(self) -> dict[str, str | float]:
        """The best answer to give always, knowing the training clips."""
        if self.answers is None:
            return {}
        known = self.data.target[self.data.members("train")]
        return self.system.task.answer(self.system.task.guess(known, self.answers.decoded)[0])

    def clip(self, at: int) -> tuple[Clip, Tensor]:
        """The clip of an answer and its wave (C, T), as the model heard it."""
        assert self.answers is not None
        return clip_of(self.answers, self.data, at)
