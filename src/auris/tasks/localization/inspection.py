"""A closer look at directions: how far off the model is beside formulas, a usual scene and the worst."""

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from auris.core.progress import track
from auris.models.doa import NormMusic, SrpPhat
from auris.tasks.localization.metrics import BINS
from auris.tasks.localization.plots import against, filled
from auris.tasks.localization.scene_plot import scene
from auris.training.evaluation import groups
from auris.training.tensorboard import Page

if TYPE_CHECKING:
    from auris.tasks.localization.task import Localization


FORMULAS: dict[str, type] = {"SRP-PHAT": SrpPhat, "NormMUSIC": NormMusic}


SETTINGS = {"n_fft": 256, "f_min": 300.0, "f_max": 7000.0}  # as their YAMLs have them


STEPS = {
    1: 1.0,
    2: 1.0,
    3: 4.0,
}  # degrees, by the dimensions of an array: a sphere has many directions


MOST = 500  # clips that formulas are asked for


AT_ONCE = 20  # clips


WORDS = ("RT60 {:.2f} s", "SNR {:.0f} dB", "{:.1f} m away")


def show_directions(page: Page, task: "Localization") -> None:
    """Errors under all conditions that are known, and pictures of the median and of the worst clip."""
    show_conditions(page, task)
    error = task.error(page.answers.decoded, page.answers.target)
    order = error.argsort()
    for name, at in {"median": order[(len(order) - 1) // 2], "worst": order[-1]}.items():
        decoded, target = page.answers.decoded[at], page.answers.target[at]
        clip, _ = page.clip(int(at))
        told = zip(WORDS, target[3:6].tolist(), strict=True)
        known = [words.format(value) for words, value in told if not math.isnan(value)]
        title = (
            f"{name} error, {float(error[at]):.1f}°: {clip.path.name}\n{', '.join(known)}".strip()
        )
        figure = scene(clip.scene, task.array, decoded, task.seen(target[None, :3])[0], title)
        page.writer.add_figure(f"{page.name}/scene_{name}", figure)


def show_conditions(page: Page, task: "Localization") -> None:
    """The model beside formulas and the constant guess on the same clips, where these tell their conditions."""
    count = len(page.answers.target)
    some = torch.arange(count)[:: math.ceil(count / MOST)]
    target, group = page.answers.target[some], groups(page.answers, page.data)[some]
    if bins := filled(BINS, target, group):
        answers = {"this model": page.answers.decoded[some], **formulas(page, task, some)}
        answers["constant guess"] = task.guess(
            page.data.target[page.data.members("train")], answers["this model"]
        )
        page.writer.add_figure(
            f"{page.name}/conditions", against(answers, target, task.seen, bins, group)
        )


def formulas(page: Page, task: "Localization", some: Tensor) -> dict[str, Tensor]:
    """What formulas say of some clips (n,), (n, 3) each."""
    spec, step = page.data.spec, STEPS[task.array.dimensions]
    shape = (spec.channels, spec.samples)
    models = {
        name: cls(shape, task.out_shape, spec, **SETTINGS, step=step)
        for name, cls in FORMULAS.items()
        if type(page.system.model) is not cls
    }
    said: dict[str, list[Tensor]] = {name: [] for name in models}
    parts = some.split(AT_ONCE)
    for part in track(parts, "Asking formulas where it is", len(parts)):
        wave = torch.stack([page.clip(int(at))[1] for at in part])  # (B, M, T)
        for name, model in models.items():
            said[name].append(task.decode(model(wave), wave))
    return {name: torch.cat(each) for name, each in said.items()}
