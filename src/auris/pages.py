"""What TensorBoard shows at the end of a run: pictures, the worst clips with their sound, settings and results."""

from collections.abc import Mapping
from typing import Any

from lightning.pytorch.loggers import TensorBoardLogger
from omegaconf import DictConfig

from auris.data.module import AudioData
from auris.make import plain
from auris.record import Scores
from auris.system import Answers, System

WORST = 6  # clips shown


def fill_pages(
    logger: TensorBoardLogger, cfg: DictConfig, data: AudioData, system: System, scores: Mapping[str, Scores]
) -> None:
    """Write the pages of a run, with the answers to the set that was evaluated last."""
    if system.answers is not None:
        show_answers(logger.experiment, data, system, list(scores)[-1], system.answers)
    final = {f"final/{part}_{key}": value["value"] for part in scores for key, value in scores[part]["metrics"].items()}
    logger.log_hyperparams(settings(cfg, data), final)
    logger.save()


def show_answers(writer: Any, data: AudioData, system: System, name: str, answers: Answers) -> None:
    """What shows the answers to the whole set `name` at a glance, and the worst of them."""
    for title, figure in system.task.pictures(answers.decoded, answers.target).items():
        writer.add_figure(f"{name}/{title}", figure)
    show_worst(writer, data, system, name, answers)


def show_worst(writer: Any, data: AudioData, system: System, name: str, answers: Answers) -> None:
    """Spectrograms and sounds of the clips that are most wrong."""
    from auris.pictures import spectrograms

    order = system.task.error(answers.decoded, answers.target).argsort(descending=True)[:WORST].tolist()
    clips = [data.clips[int(answers.index[at])] for at in order]
    waves = [data.opened.wave[row] for _, _, row in clips]  # (C, T) each
    titles = [
        f"{place}. {clip.path.name} is {clip.label}; said {system.task.say(answers.decoded[at])}"
        for place, (at, (clip, _, _)) in enumerate(zip(order, clips, strict=True), start=1)
    ]
    writer.add_figure(f"{name}/worst", spectrograms(waves, data.spec.sample_rate, titles))
    for place, wave in enumerate(waves, start=1):
        loud = wave[:1] / wave[:1].abs().max().clamp_min(1e-9)
        writer.add_audio(f"{name}_worst/{place}", loud, sample_rate=data.spec.sample_rate)


def settings(cfg: DictConfig, data: AudioData) -> dict[str, Any]:
    """The settings that runs differ in, flat, for the HPARAMS page."""
    flat = {
        f"{group}.{key}": value
        for group in ("model", "loss", "optimizer", "schedule")
        for key, value in plain(cfg[group]).items()
        if isinstance(value, int | float | str) and key != "_target_"
    }
    general = {"source": data.collection.source, "fold": data.fold, "seed": cfg.seed, "refit": str(cfg.refit)}
    return {**cfg.choices, **general, "batch_size": data.batch_size, "max_epochs": cfg.trainer.max_epochs, **flat}
