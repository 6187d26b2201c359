"""Pictures of scores: how they spread, and how well any threshold could tell anomalies from what is normal."""

import numpy as np
import torch
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import COLOURS, new_figure
from auris.tasks.anomaly.metrics import AnomalyAuroc, PartialAuroc
from auris.tasks.metric import Estimate, Metric, wilson

NORMAL, ANOMALOUS, *_ = COLOURS


FAR = (
    10  # times the range of normal scores; where scores reach beyond, the axis becomes logarithmic
)


REPEATS = 1000  # resamples of the clips


STRICT = 0.1  # the false alarm rates up to which the partial area counts


def plot_scores(score: Tensor, anomalous: Tensor, threshold: float | None) -> Figure:
    """Histograms of the scores (N,) of normal and of anomalous clips, (N,) being 1, and the threshold of alarms.

    Bins are as wide as each other on paper. Where scores lie far apart, the axis is linear as far as those of normal
    clips reach and logarithmic beyond, so that outliers stay in the picture and the rest is not squeezed by them.
    """
    figure = new_figure(6, 3.6)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    ends = torch.cat([score, score.new_tensor([] if threshold is None else [threshold])])
    axes.set(xlabel=stretch(axes, score[anomalous == 0], ends), ylabel="clips")
    edges = even(axes, float(ends.min()), float(ends.max()), min(40, 10 + len(score) // 5))
    for name, colour, part in kinds(score, anomalous):
        alarms = "" if threshold is None else f", {int((part > threshold).sum())} alarms"
        axes.hist(
            part.numpy(),
            edges.tolist(),
            color=colour,
            alpha=0.6,
            label=f"{name}: {len(part)} clips{alarms}",
        )
    if threshold is not None:
        label = f"threshold of alarms ({threshold:g})"
        axes.axvline(threshold, color=rcParams["text.color"], linestyle="--", label=label)
    axes.margins(x=0)
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def kinds(score: Tensor, anomalous: Tensor) -> list[tuple[str, str, Tensor]]:
    """Name, colour and scores of the kinds of clips that there are."""
    both = [
        ("normal", NORMAL, score[anomalous == 0]),
        ("anomalous", ANOMALOUS, score[anomalous == 1]),
    ]
    return [kind for kind in both if len(kind[2])]


def stretch(axes: Axes, normal: Tensor, ends: Tensor) -> str:
    """Give the axis of scores a scale on which all can be seen, and say which."""
    usual = float(normal.abs().max()) if len(normal) else 0.0
    if not 0 < FAR * usual < float(ends.abs().max()):
        return "score"
    axes.set_xscale("symlog", linthresh=usual)
    return f"score (logarithmic beyond {usual:.2g})"


def even(axes: Axes, low: float, high: float, bins: int) -> np.ndarray:
    """Edges (bins + 1,) of bins that are as wide as each other on paper."""
    scale = axes.xaxis.get_transform()
    start, stop = scale.transform(np.array([low, high]))
    margin = (stop - start) / bins or 0.5
    return scale.inverted().transform(np.linspace(start - margin / 2, stop + margin / 2, bins + 1))


def plot_roc(score: Tensor, anomalous: Tensor, threshold: float | None, group: Tensor) -> Figure:
    """True against false alarm rate of all thresholds on scores (N,), with a 95 % band at each false alarm rate.

    The band is that of groups (N,) of clips drawn again with replacement ("vertical averaging": Fawcett, 2006, section
    7.1). Both kinds of clips must be there.
    """
    figure = new_figure(5, 5.6)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    at = np.linspace(0, 1, 201)
    seen, truth = score.double().numpy(), anomalous.numpy() == 1
    partial = of(PartialAuroc(share=STRICT), score, anomalous, group)
    strict = f"false alarm rate up to {STRICT:g}: pAUC {partial}"
    axes.axvspan(0, STRICT, color="0.5", alpha=0.15, linewidth=0, label=strict)
    low, high = band(seen, truth, at, group.numpy())
    axes.fill_between(at, low, high, color=NORMAL, alpha=0.25, linewidth=0, label="95 % band")
    axes.plot(*curve(seen, truth), color=NORMAL, label="all thresholds")
    axes.plot([0, 1], [0, 1], color="0.5", linestyle=":", label="by chance")
    if threshold is not None:
        false, true = (seen[~truth] > threshold).mean(), (seen[truth] > threshold).mean()
        words = f"threshold: {true:.0%} of anomalies, {false:.0%} of normal clips"
        axes.plot(
            [false],
            [true],
            "o",
            color=ANOMALOUS,
            markersize=9,
            clip_on=False,
            zorder=3,
            label=words,
        )
    axes.set(
        xlabel="false alarm rate",
        ylabel="true alarm rate",
        xlim=(0, 1),
        ylim=(0, 1.005),
        aspect="equal",
    )
    axes.set_title(f"AUROC of all clips {of(AnomalyAuroc(), score, anomalous, group)}", fontsize=11)
    figure.legend(loc="outside lower center", frameon=False, fontsize=9)
    return figure


def of(metric: Metric, score: Tensor, anomalous: Tensor, group: Tensor) -> Estimate:
    """A metric with its interval, of all clips as one section."""
    target = torch.stack([anomalous, 0 * anomalous, 0 * anomalous], dim=1)
    return metric.estimate(score[:, None, None], target, group=group)


def curve(score: np.ndarray, anomalous: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """False and true alarm rates (M,) from no alarm to nothing else, at the thresholds that make a difference."""
    order = np.argsort(-score)
    last = np.append(
        np.flatnonzero(np.diff(score[order])), len(score) - 1
    )  # clips of one score are alarms together
    true = np.append(0, anomalous[order].cumsum()[last])
    false = np.append(0, last + 1) - true
    return false / false[-1], true / true[-1]


def band(
    score: np.ndarray, anomalous: np.ndarray, at: np.ndarray, group: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The ends (M,) of the 95 % interval of the true alarm rate at false alarm rates (M,).

    Resamples of perfect clips are all perfect: no end claims more than as many successes, or failures, in a row do.
    """
    clips = [np.flatnonzero(group == one) for one in np.unique(group)]  # of each group
    draw = np.random.default_rng(0).integers(len(clips), size=(REPEATS, len(clips)))
    drawn = [np.concatenate([clips[one] for one in some]) for some in draw]
    both = [some for some in drawn if 0 < anomalous[some].sum() < len(some)]
    rates = [np.interp(at, *curve(score[some], anomalous[some])) for some in both]
    low, high = np.quantile(rates, (0.025, 0.975), axis=0)
    count = len(np.unique(group[anomalous]))
    return low.clip(max=wilson(1.0, count)[0]), high.clip(min=wilson(0.0, count)[1])
