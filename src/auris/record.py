"""What a run leaves behind: metrics with intervals, predictions, and what is needed to repeat it."""

import csv
import json
import math
import os
import platform
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from omegaconf import DictConfig
from torch import Tensor, nn

from auris.data.clips import Clip
from auris.data.files import write_atomically
from auris.data.module import AudioData
from auris.data.views import places
from auris.log import tell
from auris.metrics import Estimate
from auris.system import Answers, System

PACKAGES = ("torch", "torchaudio", "lightning", "numpy", "soundfile", "soxr", "scikit-learn", "cmaes")
SHOWN = 6  # of the worst clips
Scores = dict[str, Any]


def score(system: System, answers: Answers, data: AudioData) -> Scores:
    """All metrics of the task, each with its interval, beside those of the best constant answer."""
    metrics = {**system.task.metrics(), **system.task.breakdown()}
    guess = system.task.guess(data.target[data.members("train")], answers.decoded)
    group = groups(answers, data)
    estimates = {key: metric.estimate(answers.decoded, answers.target, group=group) for key, metric in metrics.items()}
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
    return system.task.error(answers.decoded, answers.target).argsort(descending=True)[:SHOWN].tolist()


def clip_of(answers: Answers, data: AudioData, at: int) -> tuple[Clip, Tensor]:
    """The clip of an answer and its wave (C, T), as the model heard it."""
    clip, _, row = data.clips[int(answers.index[at])]
    return clip, data.opened.wave[row]


def loud(wave: Tensor) -> Tensor:
    """The first channel of (C, T) at full scale, (T,)."""
    return wave[0] / wave[0].abs().max().clamp_min(1e-9)


def write_result(path: Path, cfg: DictConfig, data: AudioData, model: nn.Module, **facts: Any) -> None:
    """Write `result.json`: the scores and all that is needed to judge and repeat them."""
    result = {
        **cfg.choices,
        "source": data.collection.source,
        "about": data.collection.about,
        "fingerprint": data.fingerprint,
        "fold": data.fold,
        "seed": cfg.seed,
        "refit": cfg.refit,
        **facts,
        "parameters": sum(p.numel() for p in model.parameters()),
        "unusable": {str(path): reason for path, reason in data.unusable.items()},
        "peak_memory_mib": round(peak_memory(), 1),
        "versions": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "revision": revision(),
        "threads": torch.get_num_threads(),
        "command": shlex.join(sys.argv),
        "finished": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    write_atomically(path, json.dumps(without_nan(result), indent=2, ensure_ascii=False) + "\n")


def without_nan(value: Any) -> Any:
    """JSON knows no NaN."""
    if isinstance(value, dict):
        return {key: without_nan(item) for key, item in value.items()}
    return None if isinstance(value, float) and not math.isfinite(value) else value


def peak_memory() -> float:
    """The most memory that was in use, in MiB: of the GPU where there is one, else of the process."""
    if torch.cuda.is_available() and torch.cuda.max_memory_allocated():
        return torch.cuda.max_memory_allocated() / 2**20
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def revision() -> str:
    """The git revision of this program, with a plus where files were changed since; empty outside a checkout."""

    def git(*words: str) -> str:
        here = os.path.dirname(__file__)
        return subprocess.run(["git", "-C", here, *words], capture_output=True, text=True, timeout=10).stdout.strip()

    try:
        return git("rev-parse", "HEAD") + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):
        return ""


def write_predictions(path: Path, answers: Answers, data: AudioData, system: System) -> None:
    """Write a table of what was said of each clip, the worst first."""
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = list(predictions(answers, data, system))
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(sorted(rows, key=lambda row: -row["error"]))


def predictions(answers: Answers, data: AudioData, system: System) -> Iterator[dict[str, Any]]:
    errors = system.task.error(answers.decoded, answers.target).tolist()
    for decoded, target, index, error in zip(
        answers.decoded, answers.target, answers.index.tolist(), errors, strict=True
    ):
        clip = data.clips[index][0]
        yield {"clip": index, "path": clip.path, "group": clip.group, "label": clip.label, "error": round(error, 6),
               **system.task.answer(decoded, target)}  # fmt: skip


def tell_scores(name: str, scores: Scores, source: str) -> None:
    """Print the scores as a small table, with a warning where the data was simulated."""
    tell(f"{name}: {scores['clips']} clips, with 95 % intervals; in brackets those of a constant answer{mark(source)}")
    told = {key: value for key, value in scores["metrics"].items() if not math.isnan(value["value"])}
    width = max([18, *map(len, told)])
    for key, value in told.items():
        tell(f"  {key:<{width}} {Estimate(**value)}   ({scores['majority'][key]:.3f})")


def mark(source: str) -> str:
    """What stands behind a result on simulated data."""
    return "  ** SIMULATED DATA, not recordings **" if source == "simulated" else ""
