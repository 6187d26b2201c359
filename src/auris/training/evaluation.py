"""What a run leaves behind: metrics with intervals, predictions, and what is needed to repeat it."""

import math
from pathlib import Path
from typing import Any

from omegaconf import DictConfig
from torch import Tensor

from auris.core.log import tell
from auris.data.clips import Clip
from auris.data.module import AudioData
from auris.data.targets import places
from auris.runs.ledger import close_test, looks, open_test, outputs_of, sentence
from auris.runs.predictions import write_predictions
from auris.tasks.metric import Estimate
from auris.training.fit import Fitted
from auris.training.predictions import Answers
from auris.training.system import System

Scores = dict[str, Any]


def calibrate(data: AudioData, fitted: Fitted) -> Answers:
    """Fix what validation clips decide besides the epoch, such as a threshold; what it makes of their answers."""
    system = fitted.system
    system.settle(data.whole())
    answers = answer(data, fitted, "val")
    system.answers = answers._replace(
        decoded=system.task.calibrate(answers.decoded, answers.target)
    )
    return system.answers


def evaluate(
    data: AudioData, fitted: Fitted, name: str, answers: Answers, table: Path | None = None
) -> Scores:
    """Score the answers to one set, say what comes out, and write what was said of each clip."""
    scores = score(fitted.system, answers, data)
    if fitted.trainer.is_global_zero:
        tell_scores(name, scores, data.collection.source)
        if caveat := fitted.system.task.caveat():
            tell(caveat)
        if table:
            write_predictions(table, answers, data, fitted.system)
    return scores


def test(
    cfg: DictConfig, data: AudioData, fitted: Fitted, folder: Path, table: Path | None = None
) -> Scores:
    """Look at the test set, which is written down in the ledger, and say how often that has been done."""
    outputs, look = outputs_of(folder, cfg), open_test(folder, cfg, data)
    scores = evaluate(data, fitted, "test", answer(data, fitted, "test"), table)
    close_test(outputs, look, scores["metrics"])
    if said := sentence(looks(outputs, data.test_set)):
        tell(said)
    return scores


def answer(data: AudioData, fitted: Fitted, name: str) -> Answers:
    """What the chosen weights make of one set."""
    fitted.trainer.test(fitted.system, dataloaders=data.loader(data.members(name)), verbose=False)
    assert fitted.system.answers is not None
    return fitted.system.answers


SHOWN = 6  # of the worst clips


def score(system: System, answers: Answers, data: AudioData) -> Scores:
    """All metrics of the task, each with its interval, beside those of the best constant answer."""
    metrics = {**system.task.metrics(), **system.task.breakdown()}
    guess = system.task.guess(data.target[data.members("train")], answers.decoded)
    group = groups(answers, data)
    estimates = {
        key: metric.estimate(answers.decoded, answers.target, group=group)
        for key, metric in metrics.items()
    }
    return {
        "clips": len(answers.target),
        "loss": answers.loss[system.task.settled(answers.target)].mean().item(),
        "metrics": {key: estimate._asdict() for key, estimate in estimates.items()},
        "best": {key: metric.best for key, metric in metrics.items()},
        "majority": {key: metric.value(guess, answers.target) for key, metric in metrics.items()},
    }


def groups(answers: Answers, data: AudioData) -> Tensor:
    """(N,) which clips belong together: intervals draw them together."""
    return places(data.clips[index][0].group for index in answers.index.tolist())


def most_wrong(answers: Answers, system: System) -> list[int]:
    """Which of the answers are shown as the worst, the worst first."""
    return (
        system.task.error(answers.decoded, answers.target).argsort(descending=True)[:SHOWN].tolist()
    )


def clip_of(answers: Answers, data: AudioData, at: int) -> tuple[Clip, Tensor]:
    """The clip of an answer and its wave (C, T), as the model heard it."""
    clip, _, row = data.clips[int(answers.index[at])]
    return clip, data.opened.wave[row]


def loud(wave: Tensor) -> Tensor:
    """The first channel of (C, T) at full scale, (T,)."""
    return wave[0] / wave[0].abs().max().clamp_min(1e-9)


def tell_scores(name: str, scores: Scores, source: str) -> None:
    """Print the scores as a small table, with a warning where the data was simulated."""
    tell(
        f"{name}: {scores['clips']} clips, with 95 % intervals; in brackets those of a constant answer{mark(source)}"
    )
    told = {
        key: value for key, value in scores["metrics"].items() if not math.isnan(value["value"])
    }
    width = max([18, *map(len, told)])
    for key, value in told.items():
        tell(f"  {key:<{width}} {Estimate(**value)}   ({scores['majority'][key]:.3f})")


def mark(source: str) -> str:
    """What stands behind a result on simulated data."""
    return "  ** SIMULATED DATA, not recordings **" if source == "simulated" else ""
