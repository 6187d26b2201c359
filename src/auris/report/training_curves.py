"""How the training went: its curves, and a verdict on over- and underfitting."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from auris.core.figures import COLOURS, axis_scale, new_figure
from auris.core.svg import INK, Picture, embed_figure, page_theme
from auris.report.context import ReportContext
from auris.runs.folder import read_curves

_MIN_EPOCHS = 3  # below which there is nothing to see
# fractions of what validation loss fell by
_OVERFIT_RISE = 0.1  # more is overfitting
# more in the last tenth of the epochs, and the training was not at its end
_UNFINISHED_FALL = 0.02
# fraction of what validation loss began with, between the two losses
_MEMORIZED_GAP = 0.5  # clips are learnt by heart
_TRAIN_COLOUR, _VAL_COLOUR, *_ = COLOURS
_CAPTION = (
    "Training loss is that of the steps as they were taken, with augmentation and dropout; "
    "it may be the higher one."
)


class Losses(NamedTuple):
    """Losses after each epoch, (E,); NaN where there is none."""

    train: np.ndarray
    val: np.ndarray


class Verdict(NamedTuple):
    """What the curves say."""

    kind: str  # "good", "warning", or "note" where they can't say
    words: str
    reason: str


class TrainingSection(NamedTuple):
    """A verdict on the curves, and the curves where there is anything to see."""

    verdict: Verdict
    picture: Picture | None


def training_section(context: ReportContext) -> TrainingSection:
    losses = read_losses(context.folder)
    chosen = context.result["epochs"]
    verdict = judge_losses(losses, chosen)
    if len(losses.train) < _MIN_EPOCHS:
        return TrainingSection(verdict, None)
    alternative = _describe_curves(losses, chosen)
    picture = embed_figure(_draw_losses(losses, chosen), alternative, _CAPTION)
    return TrainingSection(verdict, picture)


def read_losses(folder: Path) -> Losses:
    """The curves of a run; empty where it has none."""
    rows = [row for row in read_curves(folder) if row.get("train/loss")]
    return Losses(_read_column(rows, "train/loss"), _read_column(rows, "val/loss"))


def judge_losses(losses: Losses, chosen: int) -> Verdict:
    """Over- or underfitting, by the losses alone.

    Args:
        chosen: number of epochs after which weights were kept.
    """
    train, val = losses
    if len(train) < _MIN_EPOCHS or (val == val[0]).all():
        return Verdict(
            "note", "There is no curve.", "It was not found by many small steps."
        )
    if np.isnan(val).any():
        return _unwatched(losses)
    fell = val[0] - val.min()
    if fell <= 0:
        return _no_learning(losses)
    tenth = max(1, len(val) // 10)  # epochs
    rose_by = val[-tenth:].mean() - val.min()
    trains_on = train[-tenth:].mean() < train[val.argmin()]
    if rose_by > _OVERFIT_RISE * fell and trains_on:
        return _overfitted(losses, int(val.argmin()) + 1, chosen)
    falls_by = val[-2 * tenth : -tenth].mean() - val[-tenth:].mean()
    is_late = chosen > len(val) - tenth
    if falls_by > _UNFINISHED_FALL * fell and is_late:
        return _unfinished(losses, tenth)
    gap = val[chosen - 1] - train[chosen - 1]
    if gap > _MEMORIZED_GAP * abs(val[0]):
        return _memorized(losses, chosen)
    return _fitting(losses, chosen)


def _read_column(rows: Sequence[Mapping[str, str]], name: str) -> np.ndarray:
    """A column of metrics.csv, (E,), without gaps."""
    values = [float(row.get(name) or "nan") for row in rows]
    return _bridge_gaps(np.array(values))


def _bridge_gaps(values: np.ndarray) -> np.ndarray:
    """Values (E,) with straight lines over epochs without one; all NaN where there is none."""
    known = np.isfinite(values)
    if not known.any():
        return values
    epoch = np.arange(len(values))
    return np.interp(epoch, epoch[known], values[known])


def _unwatched(losses: Losses) -> Verdict:
    change = _change(losses.train, "training loss")
    return Verdict(
        "note",
        "Nothing watched this training.",
        f"No clips validated; {change}. The number of epochs was settled before.",
    )


def _no_learning(losses: Losses) -> Verdict:
    change = _change(losses.train, "training loss")
    return Verdict(
        "warning",
        "It learnt nothing that carries over.",
        f"Validation loss was never below that of the first epoch ({losses.val[0]:.3g}), "
        f"while {change}. Try a smaller optimizer.lr, and listen to the data.",
    )


def _overfitted(losses: Losses, best: int, chosen: int) -> Verdict:
    train = _change(losses.train[best - 1 :], "training loss")
    val = _change(losses.val[best - 1 :], "validation loss")
    return Verdict(
        "warning",
        f"It overfits after epoch {best}.",
        f"From there {val} while {train}. The weights of epoch {chosen} were kept; "
        "more data, augmentation or a smaller model may get further.",
    )


def _unfinished(losses: Losses, tenth: int) -> Verdict:
    epochs = 2 * tenth
    change = _change(losses.val[-epochs:], "validation loss")
    return Verdict(
        "warning",
        "It underfits: it was still learning.",
        f"In the last {epochs} epochs {change}; "
        "with a larger trainer.max_epochs it may get further.",
    )


def _memorized(losses: Losses, chosen: int) -> Verdict:
    train = losses.train[chosen - 1]
    val = losses.val[chosen - 1]
    return Verdict(
        "warning",
        "It overfits: it knows its training clips much better than others.",
        f"After epoch {chosen} training loss is {train:.3g} and validation loss {val:.3g}, "
        "though it does not rise. More data or augmentation may help.",
    )


def _fitting(losses: Losses, chosen: int) -> Verdict:
    train = _change(losses.train[:chosen], "training loss")
    val = _change(losses.val[:chosen], "validation loss")
    return Verdict(
        "good",
        "It fits.",
        f"By epoch {chosen} {val} and {train}; "
        "the former has levelled off and hardly rises again.",
    )


def _change(values: np.ndarray, what: str) -> str:
    """'training loss fell from 0.62 to 0.25'."""
    verb = "fell" if values[-1] < values[0] else "rose"
    return f"{what} {verb} from {values[0]:.3g} to {values[-1]:.3g}"


def _describe_curves(losses: Losses, chosen: int) -> str:
    """The picture in words."""
    changes = _change(losses.train, "training loss")
    if np.isfinite(losses.val).all():
        changes += f"; {_change(losses.val, 'validation loss')}"
    return (
        f"Losses over {len(losses.train)} epochs: {changes}; epoch {chosen} was chosen."
    )


def _draw_losses(losses: Losses, chosen: int) -> Figure:
    """Both losses over epochs, the chosen one marked."""
    with page_theme():
        figure = new_figure(5.4, 2.9)
        axes = figure.add_axes((0.12, 0.17, 0.85, 0.72))
        _draw_curves(axes, losses, chosen)
        axes.set(xlabel="epoch", ylabel="loss", yscale=axis_scale(losses))
        axes.set_xlim(1, len(losses.train))
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


def _draw_curves(axes: Axes, losses: Losses, chosen: int) -> None:
    epoch = np.arange(1, len(losses.train) + 1)
    label = f"chosen: epoch {chosen}"
    axes.axvline(chosen, color=INK, linestyle="--", linewidth=1, label=label)
    axes.plot(epoch, losses.train, color=_TRAIN_COLOUR, label="training")
    if np.isfinite(losses.val).any():
        axes.plot(epoch, losses.val, color=_VAL_COLOUR, label="validation")
        chosen_loss = losses.val[chosen - 1 : chosen]
        axes.plot([chosen], chosen_loss, "o", color=_VAL_COLOUR, clip_on=False)
