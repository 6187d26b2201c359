"""How well anomalies are told from what is normal: overall, and for each section and domain.

Answers are scores (N, 1 + S, K), of which the first is that of the clip; targets (N, 3) say whether a clip is
anomalous, and its section and domain.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from auris.tasks.metric import Metric, Share, auroc


class Ranking(Metric):
    """How often anomalies score above normal clips, of one section or of all, with the normal clips of one domain.

    Anomalies of all domains of a section count with each of them, as in DCASE (Dohi et al., 2022).
    """

    def __init__(self, section: int | None = None, domain: int | None = None):
        self.section, self.domain = section, domain

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counted = self.counted(target)
        return self.rank(
            own_score(decoded, target)[counted], target[counted, 0] == 1, weight[:, counted]
        )

    def counted(self, target: Tensor) -> Tensor:
        """(N,) which clips are looked at."""
        anomalous, section, domain = target.T
        own = (
            (section == self.section)
            if self.section is not None
            else torch.ones_like(section, dtype=torch.bool)
        )
        return (
            own & ((domain == self.domain) | (anomalous == 1)) if self.domain is not None else own
        )

    def count(self, target: Tensor, group: Tensor) -> int:
        """Groups of the rarer kind."""
        counted = self.counted(target)
        return min(len(group[counted & (target[:, 0] == kind)].unique()) for kind in (0, 1))

    @abstractmethod
    def rank(self, score: Tensor, anomalous: Tensor, weight: Tensor) -> Tensor:
        """(N,) scores, (N,) whether anomalous, (R, N) weights -> (R,)."""


class AnomalyAuroc(Ranking):
    """The chance that an anomalous clip scores above a normal one."""

    def rank(self, score: Tensor, anomalous: Tensor, weight: Tensor) -> Tensor:
        return auroc(score, anomalous, weight)


class PartialAuroc(Ranking):
    """The same among the `share` of normal clips with the highest scores: at low false alarm rates.

    As DCASE defines it (Koizumi et al., 2020): of N- normal clips floor(share N-) count, and an anomaly with the same
    score as one of them counts as missed. It is the area under the ROC curve up to that false positive rate, divided
    by the rate; without the rescaling of McClish (1989) that `max_fpr` of scikit-learn applies, so that scores by
    chance give share / 2. NaN with too few clips for that.
    """

    def __init__(self, section: int | None = None, domain: int | None = None, share: float = 0.1):
        super().__init__(section, domain)
        self.share = share

    def rank(self, score: Tensor, anomalous: Tensor, weight: Tensor) -> Tensor:
        score, order = score.sort(descending=True)
        weight, anomalous = weight[:, order].double(), anomalous[order].double()
        normal = weight * (1 - anomalous)  # (R, N)
        most = (self.share * normal.sum(1, keepdim=True) + 1e-9).floor()
        taken = (most - (normal.cumsum(1) - normal)).clamp_min(0).minimum(normal)
        hits = torch.nn.functional.pad(
            (weight * anomalous).cumsum(1), (1, 0)
        )  # (R, N + 1) with as many scores above
        above = hits[:, torch.searchsorted(-score, -score)]
        return ((taken * above).sum(1) / (most[:, 0] * hits[:, -1])).float()


class HarmonicMean(Metric):
    """The harmonic mean of metrics, which the worst of them decides: DCASE's way to sum up sections and domains."""

    def __init__(self, metrics: Iterable[Metric]):
        self.metrics = list(metrics)

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        values = torch.stack([metric(decoded, target, weight) for metric in self.metrics])  # (M, R)
        return torch.where((values == 0).any(0), 0.0, 1 / (1 / values).nanmean(0))

    def count(self, target: Tensor, group: Tensor) -> int:
        """As many as the part that is least sure."""
        return min(metric.count(target, group) for metric in self.metrics)


class AlarmRate(Share):
    """The share of clips, normal or anomalous ones, whose score is above the threshold."""

    def __init__(self, anomalous: bool):
        self.anomalous = anomalous

    def __call__(self, decoded: Tensor, target: Tensor, weight: Tensor) -> Tensor:
        counted = weight * (target[:, 0] == int(self.anomalous))
        return counted @ (own_score(decoded, target) > 1).to(weight) / counted.sum(1)

    def count(self, target: Tensor, group: Tensor) -> int:
        return len(group[target[:, 0] == int(self.anomalous)].unique())


def own_scores(decoded: Tensor, target: Tensor) -> Tensor:
    """(N, 1 + S) the scores of each clip and its seconds, as one of its own section."""
    return decoded.take_along_dim(target[:, 1, None, None], 2)[..., 0]


def own_score(decoded: Tensor, target: Tensor) -> Tensor:
    """(N,) the score of each clip as a whole."""
    return own_scores(decoded, target)[:, 0]


def anomaly_metrics(
    sections: Sequence[str], domains: Sequence[str], alarms: bool
) -> dict[str, Metric]:
    """The metrics of a data set with these sections and domains; `alarms` where there is a threshold."""
    areas: dict[str, Metric] = {
        name(section, domain): AnomalyAuroc(k, d)
        for k, section in enumerate(sections)
        for d, domain in enumerate(domains)
    }
    partial: dict[str, Metric] = {
        name(section): PartialAuroc(k) for k, section in enumerate(sections)
    }
    rates: dict[str, Metric] = {
        "true_alarm_rate": AlarmRate(True),
        "false_alarm_rate": AlarmRate(False),
    }
    metrics = {"auroc": mean(areas), "pauc": mean(partial)} | (rates if alarms else {})
    if len(areas) == 1:
        return metrics
    metrics["score"] = HarmonicMean([*areas.values(), *partial.values()])
    metrics |= {f"auroc_{part}": metric for part, metric in areas.items()}
    return metrics | (
        {f"pauc_{part}": metric for part, metric in partial.items()} if len(partial) > 1 else {}
    )


def mean(metrics: dict[str, Metric]) -> Metric:
    return HarmonicMean(metrics.values()) if len(metrics) > 1 else next(iter(metrics.values()))


def name(*parts: str) -> str:
    return "_".join(filter(None, parts))
