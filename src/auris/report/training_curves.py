"""How the training went: its curves, and a verdict on over- and underfitting."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
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
_CLEAR_RISE = 0.1  # above its lowest: it became worse again
# more in the last tenth of the epochs, and the training was not at its end
_UNFINISHED_FALL = 0.02
# of what training clips gained, the fraction that should hold for validation clips too
_MIN_CARRIED = 2 / 3
_SMALL_GAP = (
    0.2  # between the two losses, as a fraction of validation loss: none to speak of
)
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


def training_section(
    context: ReportContext, others: Sequence[Losses] = ()
) -> TrainingSection:
    """The section of a run, its curves on axes that have room for those of others as well."""
    losses = read_losses(context.folder)
    chosen = context.result["epochs"]
    verdict = judge_losses(losses, chosen)
    if len(losses.train) < _MIN_EPOCHS:
        return TrainingSection(verdict, None)
    alternative = _describe_curves(losses, chosen)
    picture = embed_figure(_draw_losses(losses, chosen, others), alternative, _CAPTION)
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
    if len(train) < _MIN_EPOCHS:
        return _too_short(len(train))
    if np.isnan(val).any():
        return _unwatched(losses)
    if val.min() == val.max():
        return _unmoved(losses)
    best = int(val.argmin()) + 1
    fell = val[0] - val.min()
    if not fell:
        return _best_at_first(losses)
    tenth = max(1, len(val) // 10)  # epochs
    rose_by = val[-tenth:].mean() - val.min()
    if rose_by > _CLEAR_RISE * fell:
        trains_on = train[-tenth:].mean() < train[best - 1]
        judge = _overfitted if trains_on else _diverged
        return judge(losses, best, chosen)
    falls_by = val[-2 * tenth : -tenth].mean() - val[-tenth:].mean()
    is_late = chosen > len(val) - tenth
    if falls_by > _UNFINISHED_FALL * fell and is_late:
        return _unfinished(losses, tenth)
    if val[chosen - 1] >= val[0]:
        return _chosen_otherwise(losses, best, chosen)
    if _hardly_carries_over(losses, chosen):
        return _memorized(losses, chosen)
    return _fitting(losses, chosen)


def _hardly_carries_over(losses: Losses, chosen: int) -> bool:
    """Whether most of what training clips gained does not hold for validation clips.

    Both are measured from the first validation loss, as augmentation and dropout may make the
    first training loss the higher one.
    """
    start = losses.val[0]
    val = losses.val[chosen - 1]
    train = losses.train[chosen - 1]
    has_gap = val - train > _SMALL_GAP * abs(val)
    return bool(has_gap and start - val < _MIN_CARRIED * (start - train))


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


def _too_short(epochs: int) -> Verdict:
    if not epochs:
        reason = "No epoch has a training loss: nothing was made small step by step."
    else:
        counted = "1 epoch" if epochs == 1 else f"{epochs} epochs"
        reason = f"It took {counted}; a verdict on the training takes {_MIN_EPOCHS}."
    return Verdict("note", "There is no curve to judge.", reason)


def _unwatched(losses: Losses) -> Verdict:
    change = _change(losses.train, "training loss")
    return Verdict(
        "note",
        "Nothing watched this training.",
        f"No clips validated; {change}. The number of epochs was settled before.",
    )


def _unmoved(losses: Losses) -> Verdict:
    """As of a model that one epoch finds, or of one that a step does not reach."""
    if losses.train.min() == losses.train.max():
        epochs = len(losses.train)
        reason = f"Neither loss changed in {epochs} epochs: the first one settled it."
        return Verdict("note", "There is no curve to judge.", reason)
    change = _change(losses.train, "training loss")
    return Verdict(
        "warning",
        "Validation loss never changed.",
        f"It was {losses.val[0]:.3g} after each of {len(losses.val)} epochs, while {change}.",
    )


def _best_at_first(losses: Losses) -> Verdict:
    change = _change(losses.train, "training loss")
    return Verdict(
        "warning",
        "It was at its best after the first epoch.",
        f"Validation loss was never below that of the first epoch ({losses.val[0]:.3g}), "
        f"while {change}. Whether that epoch learnt anything is not to be seen here: a smaller "
        "optimizer.lr shows more of the way.",
    )


def _overfitted(losses: Losses, best: int, chosen: int) -> Verdict:
    train = _change(losses.train[best - 1 :], "training loss")
    val = _change(losses.val[best - 1 :], "validation loss")
    return Verdict(
        "warning",
        f"It overfits after epoch {best}.",
        f"From there {val} while {train}. Epoch {chosen} was chosen; "
        "more data, augmentation or a smaller model may get further.",
    )


def _diverged(losses: Losses, best: int, chosen: int) -> Verdict:
    train = _change(losses.train[best - 1 :], "training loss")
    val = _change(losses.val[best - 1 :], "validation loss")
    return Verdict(
        "warning",
        f"It became worse after epoch {best}.",
        f"From there {val} and {train}. Epoch {chosen} was chosen; "
        "a smaller optimizer.lr may hold on to what was found.",
    )


def _unfinished(losses: Losses, tenth: int) -> Verdict:
    epochs = 2 * tenth
    change = _change(losses.val[-epochs:], "validation loss")
    return Verdict(
        "warning",
        "It was still learning.",
        f"In the last {epochs} epochs {change}; "
        "with a larger trainer.max_epochs it may get further.",
    )


def _chosen_otherwise(losses: Losses, best: int, chosen: int) -> Verdict:
    return Verdict(
        "note",
        "Validation loss did not choose.",
        f"Epoch {chosen} was chosen by another figure; its validation loss is "
        f"{losses.val[chosen - 1]:.3g}, the lowest was {losses.val[best - 1]:.3g} after "
        f"epoch {best}.",
    )


def _memorized(losses: Losses, chosen: int) -> Verdict:
    train = losses.train[chosen - 1]
    val = losses.val[chosen - 1]
    return Verdict(
        "warning",
        "It overfits: it knows its training clips better than others.",
        f"After epoch {chosen} training loss is {train:.3g} and validation loss {val:.3g}, "
        "though that hardly rises. More data or augmentation may help.",
    )


def _fitting(losses: Losses, chosen: int) -> Verdict:
    train = _change(losses.train[:chosen], "training loss")
    val = _change(losses.val[:chosen], "validation loss")
    return Verdict(
        "good",
        "It fits.",
        f"By epoch {chosen} {val} and {train}; what was learnt of training clips holds for "
        "validation clips too, and hardly gets lost again.",
    )


def _change(values: np.ndarray, what: str) -> str:
    """'training loss fell from 0.62 to 0.25'."""
    first = f"{values[0]:.3g}"
    last = f"{values[-1]:.3g}"
    if first == last:
        return f"{what} is {last} as before" if len(values) > 1 else f"{what} is {last}"
    verb = "fell" if values[-1] < values[0] else "rose"
    return f"{what} {verb} from {first} to {last}"


def _describe_curves(losses: Losses, chosen: int) -> str:
    """The picture in words."""
    changes = _change(losses.train, "training loss")
    if np.isfinite(losses.val).all():
        changes += f"; {_change(losses.val, 'validation loss')}"
    return (
        f"Losses over {len(losses.train)} epochs: {changes}; epoch {chosen} was chosen."
    )


def _draw_losses(losses: Losses, chosen: int, others: Sequence[Losses] = ()) -> Figure:
    """Both losses over epochs, the chosen one marked."""
    shown = [*losses, *chain(*others)]
    with page_theme():
        figure = new_figure(5.4, 2.9)
        axes = figure.add_axes((0.12, 0.17, 0.85, 0.72))
        _draw_curves(axes, losses, chosen)
        axes.set(xlabel="epoch", ylabel="loss", yscale=axis_scale(shown))
        _make_room(axes, shown)
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


def _make_room(axes: Axes, curves: Iterable[np.ndarray]) -> None:
    """Let the ordinate hold all of some curves."""
    values = np.concatenate(list(curves))
    known = values[np.isfinite(values)]
    axes.update_datalim([(1, known.min()), (1, known.max())])
    axes.autoscale_view(scalex=False)


def _draw_curves(axes: Axes, losses: Losses, chosen: int) -> None:
    epoch = np.arange(1, len(losses.train) + 1)
    label = f"chosen: epoch {chosen}"
    axes.axvline(chosen, color=INK, linestyle="--", linewidth=1, label=label)
    axes.plot(epoch, losses.train, color=_TRAIN_COLOUR, label="training")
    if np.isfinite(losses.val).any():
        axes.plot(epoch, losses.val, color=_VAL_COLOUR, label="validation")
        chosen_loss = losses.val[chosen - 1 : chosen]
        axes.plot([chosen], chosen_loss, "o", color=_VAL_COLOUR, clip_on=False)
