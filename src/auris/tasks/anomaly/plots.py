"""Pictures of scores: how they spread, and how well any threshold could tell anomalies."""

from collections.abc import Iterator
from math import isnan

import numpy as np
import torch
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from auris.core.figures import COLOURS, new_figure
from auris.tasks.anomaly.metrics import AnomalyAuroc, PartialAuroc
from auris.tasks.metric import Estimate, Metric, wilson

_NORMAL = COLOURS[0]
_ANOMALOUS = COLOURS[1]
# times the range of normal scores, from which on the axis becomes logarithmic
_FAR = 10
_REPEATS = 1000  # resamples of the clips
_MAX_FPR = 0.1  # the false alarm rates up to which the partial area counts
_MAX_BINS = 40
_TICK_DISTANCE = 0.12  # of the width of an axis, for a label of some digits


def plot_scores(score: Tensor, anomalous: Tensor, threshold: float | None) -> Figure:
    """Histograms of the scores (N,) of normal and of anomalous clips, (N,) being 1.

    Bins are as wide as each other on paper. Where scores lie far apart, the axis is linear as far
    as those of normal clips reach and logarithmic beyond, so that outliers stay in the picture
    and the rest is not squeezed by them.
    """
    figure = new_figure(6, 3.6)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    shown = (
        score
        if threshold is None
        else torch.cat([score, score.new_tensor([threshold])])
    )
    axes.set(xlabel=_scale_axis(axes, score[anomalous == 0], shown), ylabel="clips")
    bins = min(_MAX_BINS, 10 + len(score) // 5)
    edges = _even_edges(axes, float(shown.min()), float(shown.max()), bins).tolist()
    for name, colour, part in _kinds_of_clips(score, anomalous):
        label = f"{name}: {len(part)} clips"
        if threshold is not None:
            label += f", {int((part > threshold).sum())} alarms"
        axes.hist(part.numpy(), edges, color=colour, alpha=0.6, label=label)
    if threshold is not None:
        label = f"threshold of alarms ({threshold:g})"
        axes.axvline(
            threshold, color=rcParams["text.color"], linestyle="--", label=label
        )
    axes.margins(x=0)
    if axes.get_xscale() == "symlog":
        _label_powers(axes, float(score[anomalous == 0].abs().max()))
    figure.legend(loc="outside upper center", ncols=2, frameon=False, fontsize=9)
    return figure


def plot_roc(
    score: Tensor, anomalous: Tensor, threshold: float | None, group: Tensor
) -> Figure:
    """True against false alarm rate of all thresholds on scores (N,), with a 95 % band.

    The band is that of groups (N,) of clips drawn again with replacement, at each false alarm
    rate ("vertical averaging": Fawcett, 2006, section 7.1). Both kinds of clips must be there.
    """
    figure = new_figure(5, 5.6)
    figure.set_layout_engine("constrained")
    axes = figure.subplots()
    x = score.double().numpy()
    is_anomalous = anomalous.numpy() == 1
    partial = _estimate(PartialAuroc(max_fpr=_MAX_FPR), score, anomalous, group)
    told = "too few normal clips" if isnan(partial.value) else f"pAUC {partial}"
    label = f"false alarm rate up to {_MAX_FPR:g}: {told}"
    axes.axvspan(0, _MAX_FPR, color="0.5", alpha=0.15, linewidth=0, label=label)
    rates = np.linspace(0, 1, 201)
    low, high = _confidence_band(x, is_anomalous, rates, group.numpy())
    axes.fill_between(
        rates, low, high, color=_NORMAL, alpha=0.25, linewidth=0, label="95 % band"
    )
    axes.plot(*_roc_curve(x, is_anomalous), color=_NORMAL, label="all thresholds")
    axes.plot([0, 1], [0, 1], color="0.5", linestyle=":", label="by chance")
    if threshold is not None:
        _mark_threshold(axes, x > threshold, is_anomalous)
    axes.set(xlabel="false alarm rate", ylabel="true alarm rate", aspect="equal")
    axes.set(xlim=(0, 1), ylim=(0, 1.005))
    area = _estimate(AnomalyAuroc(), score, anomalous, group)
    axes.set_title(f"AUROC of all clips {area}", fontsize=11)
    figure.legend(loc="outside lower center", frameon=False, fontsize=9)
    return figure


def _kinds_of_clips(
    score: Tensor, anomalous: Tensor
) -> Iterator[tuple[str, str, Tensor]]:
    """Name, colour and scores of the kinds of clips that there are."""
    for kind, name, colour in ((0, "normal", _NORMAL), (1, "anomalous", _ANOMALOUS)):
        own = score[anomalous == kind]
        if len(own):
            yield name, colour, own


def _scale_axis(axes: Axes, normal: Tensor, shown: Tensor) -> str:
    """Give the axis of scores a scale on which all can be seen, and say which."""
    usual = float(normal.abs().max()) if len(normal) else 0.0
    if not 0 < _FAR * usual < float(shown.abs().max()):
        return "score"
    axes.set_xscale("symlog", linthresh=usual)
    return f"score (logarithmic beyond {usual:.2g})"


def _label_powers(axes: Axes, usual: float) -> None:
    """Ticks at 0 and at the powers of ten in the logarithmic part, as far as there is room."""
    left, right = axes.get_xlim()
    powers = 10.0 ** np.arange(np.ceil(np.log10(usual)), np.log10(right))
    scale = axes.xaxis.get_transform()
    room = _TICK_DISTANCE * np.ptp(scale.transform(np.array([left, right])))
    ticks = [0.0]
    for power in powers:
        before, here = scale.transform(np.array([ticks[-1], power]))
        if here - before > room:
            ticks.append(float(power))
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.minorticks_off()


def _even_edges(axes: Axes, low: float, high: float, bins: int) -> np.ndarray:
    """Edges (bins + 1,) of bins that are as wide as each other on paper."""
    scale = axes.xaxis.get_transform()
    start, stop = scale.transform(np.array([low, high]))
    margin = (stop - start) / bins or 0.5
    on_paper = np.linspace(start - margin / 2, stop + margin / 2, bins + 1)
    return scale.inverted().transform(on_paper)


def _mark_threshold(axes: Axes, alarm: np.ndarray, is_anomalous: np.ndarray) -> None:
    """Where the threshold lies that raises these alarms (N,)."""
    false = alarm[~is_anomalous].mean()
    true = alarm[is_anomalous].mean()
    label = f"threshold: {true:.0%} of anomalies, {false:.0%} of normal clips"
    axes.plot(
        [false],
        [true],
        "o",
        label=label,
        color=_ANOMALOUS,
        markersize=9,
        clip_on=False,
        zorder=3,
    )


def _estimate(
    metric: Metric, score: Tensor, anomalous: Tensor, group: Tensor
) -> Estimate:
    """A metric with its interval, of all clips as one section."""
    none = 0 * anomalous
    target = torch.stack([anomalous, none, none], dim=1)
    return metric.estimate(score[:, None, None], target, group=group)


def _roc_curve(
    score: np.ndarray, anomalous: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """False and true alarm rates (M,) from no alarm to nothing else, where they change."""
    order = np.argsort(-score)
    changes = np.flatnonzero(np.diff(score[order]))
    last = np.append(changes, len(score) - 1)  # clips of one score are alarms together
    true = np.append(0, anomalous[order].cumsum()[last])
    false = np.append(0, last + 1) - true
    return false / false[-1], true / true[-1]


def _confidence_band(
    score: np.ndarray, anomalous: np.ndarray, rates: np.ndarray, group: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The ends (M,) of the 95 % interval of the true alarm rate at false alarm rates (M,).

    Resamples of perfect clips are all perfect: no end claims more than as many successes, or
    failures, in a row do.
    """
    members = [np.flatnonzero(group == one) for one in np.unique(group)]
    draws = np.random.default_rng(0).integers(
        len(members), size=(_REPEATS, len(members))
    )
    curves = []
    for draw in draws:
        some = np.concatenate([members[one] for one in draw])
        if 0 < anomalous[some].sum() < len(some):
            curve = _roc_curve(score[some], anomalous[some])
            curves.append(np.interp(rates, *curve))
    low, high = np.quantile(curves, (0.025, 0.975), axis=0)
    count = len(np.unique(group[anomalous]))
    lowest_of_perfect = wilson(1.0, count)[0]
    highest_of_hopeless = wilson(0.0, count)[1]
    return low.clip(max=lowest_of_perfect), high.clip(min=highest_of_hopeless)
