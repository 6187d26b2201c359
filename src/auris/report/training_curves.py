"""How the training went: its curves, and a verdict on over- and underfitting."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from auris.core.figures import COLOURS, axis_scale, new_figure
from auris.core.html import join, tag
from auris.report.context import Section, Subject
from auris.report.svg import INK, picture, themed
from auris.runs.folder import read_curves

SHORT = 3  # epochs, below which there is nothing to see


RISE = 0.1  # of what validation loss fell by: more is overfitting


STILL = 0.02  # of the same: more in the last tenth of the epochs, and the training was not at its end


WIDE = 0.5  # of what validation loss began with, between the two losses: clips are learnt by heart


TRAIN, VAL, *_ = COLOURS


CAPTION = "Training loss is that of the steps as they were taken, with augmentation and dropout; it may be the higher one."


class Losses(NamedTuple):
    """Losses after each epoch, (E,); NaN where there is none."""

    train: np.ndarray
    val: np.ndarray


class Verdict(NamedTuple):
    """What the curves say."""

    kind: str  # "good", "warning", or "note" where they can't say
    words: str
    reason: str


def learning(subject: Subject) -> Section:
    losses, chosen = read_losses(subject.folder), subject.result["epochs"]
    verdict = judge(losses, chosen)
    said = tag("p", tag("strong", verdict.words), " ", verdict.reason)
    seen = len(losses.train) >= SHORT
    return Section(
        "Did it learn?",
        join(
            tag("div", said, class_=f"mark {verdict.kind}"),
            picture(curves(losses, chosen), alternative(losses, chosen), CAPTION)
            if seen
            else "",
        ),
    )


def read_losses(folder: Path) -> Losses:
    """The curves of a run; empty where it has none."""
    rows = [row for row in read_curves(folder) if row.get("train/loss")]
    both = (
        [float(row.get(name) or "nan") for row in rows]
        for name in ("train/loss", "val/loss")
    )
    return Losses(*(bridged(np.array(values)) for values in both))


def bridged(values: np.ndarray) -> np.ndarray:
    """Values (E,) with straight lines over epochs without one; all NaN where there is none."""
    epoch, known = np.arange(len(values)), np.isfinite(values)
    return np.interp(epoch, epoch[known], values[known]) if known.any() else values


def judge(losses: Losses, chosen: int) -> Verdict:
    """Over- or underfitting, by the losses alone; `chosen` is the number of epochs after which weights were kept."""
    train, val = losses
    if len(train) < SHORT or (val == val[0]).all():
        return Verdict(
            "note", "There is no curve.", "It was not found by many small steps."
        )
    if np.isnan(val).any():
        reason = f"No clips validated; {moved(train, 'training loss')}. The number of epochs was settled before."
        return Verdict("note", "Nothing watched this training.", reason)
    late = max(1, len(val) // 10)  # epochs
    fell, rose = val[0] - val.min(), val[-late:].mean() - val.min()
    slope = val[-2 * late : -late].mean() - val[-late:].mean()
    if fell <= 0:
        return lost(losses)
    if rose > RISE * fell and train[-late:].mean() < train[val.argmin()]:
        return overfitted(losses, int(val.argmin()) + 1, chosen)
    if slope > STILL * fell and chosen > len(val) - late:
        return unfinished(losses, late)
    if val[chosen - 1] - train[chosen - 1] > WIDE * abs(val[0]):
        return by_heart(losses, chosen)
    both = f"{moved(val[:chosen], 'validation loss')} and {moved(train[:chosen], 'training loss')}"
    return Verdict(
        "good",
        "It fits.",
        f"By epoch {chosen} {both}; the former has levelled off and hardly rises again.",
    )


def lost(losses: Losses) -> Verdict:
    return Verdict(
        "warning",
        "It learnt nothing that carries over.",
        f"Validation loss was never below that of the first epoch ({losses.val[0]:.3g}), while "
        f"{moved(losses.train, 'training loss')}. Try a smaller optimizer.lr, and listen to the data.",
    )


def overfitted(losses: Losses, best: int, chosen: int) -> Verdict:
    train, val = (part[best - 1 :] for part in losses)
    return Verdict(
        "warning",
        f"It overfits after epoch {best}.",
        f"From there {moved(val, 'validation loss')} while {moved(train, 'training loss')}. The weights of epoch "
        f"{chosen} were kept; more data, augmentation or a smaller model may get further.",
    )


def unfinished(losses: Losses, late: int) -> Verdict:
    return Verdict(
        "warning",
        "It underfits: it was still learning.",
        f"In the last {2 * late} epochs {moved(losses.val[-2 * late :], 'validation loss')}; with a larger "
        "trainer.max_epochs it may get further.",
    )


def by_heart(losses: Losses, chosen: int) -> Verdict:
    return Verdict(
        "warning",
        "It overfits: it knows its training clips much better than others.",
        f"After epoch {chosen} training loss is {losses.train[chosen - 1]:.3g} and validation loss "
        f"{losses.val[chosen - 1]:.3g}, though it does not rise. More data or augmentation may help.",
    )


def moved(values: np.ndarray, what: str) -> str:
    """'training loss fell from 0.62 to 0.25'."""
    verb = "fell" if values[-1] < values[0] else "rose"
    return f"{what} {verb} from {values[0]:.3g} to {values[-1]:.3g}"


def alternative(losses: Losses, chosen: int) -> str:
    """The picture in words."""
    told = [moved(losses.train, "training loss")]
    told += (
        [moved(losses.val, "validation loss")] if np.isfinite(losses.val).all() else []
    )
    return f"Losses over {len(losses.train)} epochs: {'; '.join(told)}; epoch {chosen} was chosen."


def curves(losses: Losses, chosen: int) -> Figure:
    """Both losses over epochs, the chosen one marked."""
    epoch = np.arange(1, len(losses.train) + 1)
    with themed():
        figure = new_figure(5.4, 2.9)
        axes = figure.add_axes((0.12, 0.17, 0.85, 0.72))
        axes.axvline(
            chosen,
            color=INK,
            linestyle="--",
            linewidth=1,
            label=f"chosen: epoch {chosen}",
        )
        axes.plot(epoch, losses.train, color=TRAIN, label="training")
        if np.isfinite(losses.val).any():
            axes.plot(epoch, losses.val, color=VAL, label="validation")
            axes.plot(
                [chosen], losses.val[chosen - 1 : chosen], "o", color=VAL, clip_on=False
            )
        axes.set(
            xlabel="epoch",
            ylabel="loss",
            xlim=(1, len(epoch)),
            yscale=axis_scale(losses),
        )
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.25)
        axes.legend(
            loc="lower center",
            bbox_to_anchor=(0.5, 1),
            ncols=3,
            frameon=False,
            fontsize=9,
        )
    return figure
