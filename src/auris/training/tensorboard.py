"""What TensorBoard shows at the end of a run: pictures, the worst clips with their sound, settings and results."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from lightning.pytorch.loggers import TensorBoardLogger
from omegaconf import DictConfig
from torch import Tensor

from auris.core.instantiate import plain
from auris.data.clips import Clip
from auris.data.module import AudioData
from auris.training.evaluation import Scores, clip_of, groups, loud, most_wrong
from auris.training.predictions import Answers
from auris.training.system import System


class Page(NamedTuple):
    """What there is to show of a set of clips, and where."""

    writer: Any
    data: AudioData
    system: System
    name: str  # of the set
    answers: Answers  # to it

    def clip(self, at: int) -> tuple[Clip, Tensor]:
        """The clip of an answer and its wave (C, T)."""
        return clip_of(self.answers, self.data, at)

    def play(self, title: str, wave: Tensor) -> None:
        """The first channel of (C, T), at full scale."""
        self.writer.add_audio(
            f"{self.name}_{title}", loud(wave)[None], sample_rate=self.data.spec.sample_rate
        )


def fill_pages(
    logger: TensorBoardLogger,
    cfg: DictConfig,
    data: AudioData,
    system: System,
    scores: Mapping[str, Scores],
) -> None:
    """Write the pages of a run, with the answers to the set that was evaluated last."""
    if system.answers is not None:
        show_answers(Page(logger.experiment, data, system, list(scores)[-1], system.answers))
    figures = {
        f"final/{part}_{key}": value["value"]
        for part in scores
        for key, value in scores[part]["metrics"].items()
    }
    logger.log_hyperparams(
        settings(cfg, data), {key: value for key, value in figures.items() if not math.isnan(value)}
    )
    logger.save()


def show_answers(page: Page) -> None:
    """What shows the answers to a whole set at a glance, the worst of them, and what the task has besides."""
    group = groups(page.answers, page.data)
    for title, figure in page.system.task.pictures(
        page.answers.decoded, page.answers.target, group
    ).items():
        page.writer.add_figure(f"{page.name}/{title}", figure)
    show_worst(page)
    page.system.task.show(page)


def show_worst(page: Page) -> None:
    """Spectrograms and sounds of the clips that are most wrong."""
    from auris.core.figures import spectrograms

    task, (decoded, target, *_) = page.system.task, page.answers
    order = most_wrong(page.answers, page.system)
    clips, waves = zip(*map(page.clip, order), strict=True)
    titles = [
        f"{place}. {clip.path.name} is {task.truth(clip.label, target[at])}; said {task.say(decoded[at], target[at])}"
        for place, (at, clip) in enumerate(zip(order, clips, strict=True), start=1)
    ]
    page.writer.add_figure(
        f"{page.name}/worst", spectrograms(waves, page.data.spec.sample_rate, titles)
    )
    for place, wave in enumerate(waves, start=1):
        page.play(f"worst/{place}", wave)


def settings(cfg: DictConfig, data: AudioData) -> dict[str, Any]:
    """The settings that runs differ in, flat, for the HPARAMS page."""
    flat = {
        f"{group}.{key}": value
        for group in ("model", "loss", "optimizer", "schedule")
        for key, value in plain(cfg[group]).items()
        if isinstance(value, int | float | str) and key != "_target_"
    }
    general = {
        "source": data.collection.source,
        "fold": data.fold,
        "seed": cfg.seed,
        "refit": str(cfg.refit),
    }
    return {
        **cfg.choices,
        **general,
        "batch_size": data.batch_size,
        "max_epochs": cfg.trainer.max_epochs,
        **flat,
    }
