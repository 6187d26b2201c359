"""What TensorBoard shows at the end of a run: pictures, the worst clips with their sound, settings and results."""

from typing import Any

from lightning.pytorch.loggers import TensorBoardLogger
from omegaconf import DictConfig, OmegaConf

from auris.data.module import AudioData
from auris.record import Scores
from auris.system import Answers, System

WORST = 6  # clips shown


def fill_pages(logger: TensorBoardLogger, cfg: DictConfig, data: AudioData, system: System, name: str,
               answers: Answers, scores: Scores) -> None:  # fmt: skip
    """Write the pages of one evaluated set; `name` is "chosen" (validation) or "test"."""
    writer = logger.experiment
    writer.add_text("data", data.describe().replace("\n", "\n\n"))
    for title, figure in system.task.pictures(answers.decoded, answers.target).items():
        writer.add_figure(f"{name}/{title}", figure)
    show_worst(writer, data, system, name, answers)
    final = {f"final/{name}_{key}": value["value"] for key, value in scores["metrics"].items()}
    logger.log_hyperparams(settings(cfg, data), final)
    logger.save()


def show_worst(writer: Any, data: AudioData, system: System, name: str, answers: Answers) -> None:
    """Spectrogram and sound of the clips that are most wrong."""
    from auris.pictures import spectrogram

    order = system.task.error(answers.decoded, answers.target).argsort(descending=True)[:WORST].tolist()
    for place, at in enumerate(order, start=1):
        clip, _, row = data.clips[int(answers.index[at])]
        wave = data.opened.wave[row]  # (C, T)
        said = ", ".join(f"{v}" for v in list(system.task.answer(answers.decoded[at]).values())[:2])
        title = f"{clip.path.name}: is {clip.label}, said {said}"
        writer.add_figure(f"{name}_worst/{place}", spectrogram(wave, data.spec.sample_rate, title))
        writer.add_audio(f"{name}_worst/{place}", wave[:1] / wave[:1].abs().max(), sample_rate=data.spec.sample_rate)


def settings(cfg: DictConfig, data: AudioData) -> dict[str, Any]:
    """The settings that runs differ in, flat, for the HPARAMS page."""
    parts = {name: cfg[name] for name in ("optimizer", "schedule", "model")}
    flat = {f"{name}.{key}": value for name, part in parts.items()
            for key, value in OmegaConf.to_container(part, resolve=True).items()  # type: ignore[union-attr]
            if isinstance(value, (int, float, str, bool)) and key != "_target_"}  # fmt: skip
    return {**cfg.choices, "source": data.collection.source, "fold": data.fold, "seed": cfg.seed,
            "batch_size": data.batch_size, "max_epochs": cfg.trainer.max_epochs, **flat}  # fmt: skip
