"""How well anomalies are told from what is normal: overall, and for each section and domain.

Decoded outputs are scores (N, 1 + S, K), of which the first is that of the clip; targets (N, 3) say
whether a clip is anomalous, and its section and domain.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import final

import torch
from torch import Tensor

from auris.tasks.metric import Metric, Proportion, auroc

_TINY = 1e-9  # so that a whole number of clips is not rounded down


class Ranking(Metric):
    """How often anomalies score above normal clips, of one section or of all.

    Where a domain is named, with its normal clips alone: anomalies of all domains of a section
    count with each of them, as in DCASE (Dohi et al., 2022).
    """

    def __init__(self, section: int | None = None, domain: int | None = None):
        self.section = section
        self.domain = domain

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counted = self.is_counted(target)
        score = own_score(decoded, target)[counted]
        anomalous = target[counted, 0] == 1
        return self.rank_clips(score, anomalous, weight[:, counted])

    def is_counted(self, target: Tensor) -> Tensor:
        """(N,) which clips are looked at."""
        anomalous, section, domain = target.T
        counted = torch.ones_like(section, dtype=torch.bool)
        if self.section is not None:
            counted = section == self.section
        if self.domain is not None:
            counted = counted & ((domain == self.domain) | (anomalous == 1))
        return counted

    def count_groups(self, target: Tensor, group: Tensor) -> int:
        """Groups of the rarer kind."""
        counted = self.is_counted(target)
        of_kind = [counted & (target[:, 0] == kind) for kind in (0, 1)]
        return min(len(group[own].unique()) for own in of_kind)

    @abstractmethod
    def rank_clips(self, score: Tensor, anomalous: Tensor, weight: Tensor) -> Tensor:
        """(N,) scores, (N,) whether anomalous, (R, N) weights -> (R,)."""


@final
class AnomalyAuroc(Ranking):
    """The chance that an anomalous clip scores above a normal one."""

    def rank_clips(self, score: Tensor, anomalous: Tensor, weight: Tensor) -> Tensor:
        return auroc(score, anomalous, weight)


@final
class PartialAuroc(Ranking):
    """The same among the fraction `max_fpr` of normal clips with the highest scores.

    That is at low false alarm rates, as DCASE defines it (Koizumi et al., 2020): of N- normal
    clips floor(max_fpr N-) count, and an anomaly with the same score as one of them counts as
    missed. It is the area under the ROC curve up to that false positive rate, divided by the
    rate; without the rescaling of McClish (1989) that scikit-learn applies, so that scores by
    chance give max_fpr / 2. NaN with too few clips for that.
    """

    def __init__(
        self,
        section: int | None = None,
        domain: int | None = None,
        max_fpr: float = 0.1,
    ):
        super().__init__(section, domain)
        self.max_fpr = max_fpr

    def rank_clips(self, score: Tensor, anomalous: Tensor, weight: Tensor) -> Tensor:
        score, order = score.sort(descending=True)
        weight = weight[:, order].double()  # (R, N)
        anomalous = anomalous[order].double()
        normal = weight * (1 - anomalous)  # (R, N)
        most = (self.max_fpr * normal.sum(1, keepdim=True) + _TINY).floor()
        before = normal.cumsum(1) - normal
        taken = (most - before).clamp_min(0).minimum(normal)
        hits = (weight * anomalous).cumsum(1)
        # (R, N + 1) with as many scores above
        hits = torch.nn.functional.pad(hits, (1, 0))
        above = hits[:, torch.searchsorted(-score, -score)]
        area = (taken * above).sum(1)
        return (area / (most[:, 0] * hits[:, -1])).float()


@final
class HarmonicMean(Metric):
    """The harmonic mean of metrics, which the worst of them decides.

    It is DCASE's way to sum up sections and domains.
    """

    def __init__(self, metrics: Iterable[Metric]):
        self.metrics = list(metrics)

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        values = torch.stack(
            [metric(decoded, target, weight) for metric in self.metrics]
        )  # (M, R)
        mean = 1 / (1 / values).nanmean(0)
        return torch.where((values == 0).any(0), 0.0, mean)

    def count_groups(self, target: Tensor, group: Tensor) -> int:
        """As many as the part that is least sure, of those that have any."""
        counts = [metric.count_groups(target, group) for metric in self.metrics]
        return min(filter(None, counts), default=0)


@final
class AlarmRate(Proportion):
    """The fraction of clips, normal or anomalous ones, whose score is above the threshold."""

    def __init__(self, anomalous: bool):
        self.anomalous = anomalous

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counted = weight * self._is_counted(target)
        alarm = (own_score(decoded, target) > 1).to(weight)
        return counted @ alarm / counted.sum(1)

    def count_groups(self, target: Tensor, group: Tensor) -> int:
        return len(group[self._is_counted(target)].unique())

    def _is_counted(self, target: Tensor) -> Tensor:
        return target[:, 0] == int(self.anomalous)


def own_scores(decoded: Tensor, target: Tensor) -> Tensor:
    """(N, 1 + S) the scores of each clip and its seconds, as one of its own section."""
    section = target[:, 1, None, None]
    return decoded.take_along_dim(section, 2)[..., 0]


def own_score(decoded: Tensor, target: Tensor) -> Tensor:
    """(N,) the score of each clip as a whole."""
    return own_scores(decoded, target)[:, 0]


def anomaly_metrics(
    sections: Sequence[str], domains: Sequence[str], alarms: bool
) -> dict[str, Metric]:
    """The metrics of a data set with these sections and domains.

    Args:
        alarms: whether there is a threshold.
    """
    areas: dict[str, Metric] = {}
    partial: dict[str, Metric] = {}
    for k, section in enumerate(sections):
        partial[section] = PartialAuroc(k)
        for d, domain in enumerate(domains):
            areas[_part_name(section, domain)] = AnomalyAuroc(k, d)
    metrics = {"auroc": _mean_of(areas), "pauc": _mean_of(partial)}
    if alarms:
        metrics["true_alarm_rate"] = AlarmRate(True)
        metrics["false_alarm_rate"] = AlarmRate(False)
    if len(areas) > 1:
        metrics["score"] = HarmonicMean([*areas.values(), *partial.values()])
        metrics |= {f"auroc_{part}": metric for part, metric in areas.items()}
    if len(partial) > 1:
        metrics |= {f"pauc_{part}": metric for part, metric in partial.items()}
    return metrics


def _mean_of(metrics: dict[str, Metric]) -> Metric:
    if len(metrics) == 1:
        return next(iter(metrics.values()))
    return HarmonicMean(metrics.values())


def _part_name(*parts: str) -> str:
    return "_".join(filter(None, parts))
