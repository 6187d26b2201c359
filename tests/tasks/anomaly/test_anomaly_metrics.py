"""Metrics of anomaly scores: answers that are known, and scikit-learn's."""

import math
from math import isnan

import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor

from auris.tasks.anomaly.metrics import (
    AlarmRate,
    AnomalyAuroc,
    HarmonicMean,
    PartialAuroc,
    anomaly_metrics,
)
from auris.tasks.metric import wilson


def clips(
    score: list[float],
    anomalous: list[int],
    section: list[int] | None = None,
    domain: list[int] | None = None,
):
    """Answers (N, 2, K) whose columns of other sections mislead, and targets (N, 3)."""
    none = [0] * len(score)
    target = torch.tensor([anomalous, section or none, domain or none]).T
    decoded = 100 - torch.tensor(score)[:, None].expand(-1, 1 + int(target[:, 1].max()))
    own = decoded.scatter(1, target[:, 1:2], torch.tensor(score)[:, None])
    return torch.stack([own, torch.zeros_like(own)], dim=1), target


def test_the_auroc_is_scikit_learns() -> None:
    score, anomalous = torch.randn(50).tolist(), [0, 1] * 25
    assert AnomalyAuroc().value(*clips(score, anomalous)) == pytest.approx(
        roc_auc_score(anomalous, score), abs=1e-6
    )


@pytest.mark.parametrize(
    "anomalies, expected",
    [
        ([5.5], 0.0),
        ([18.5], 0.5),
        ([19.5], 1.0),
        ([18.5, 19.5], 0.75),
        ([0.0, 30.0], 0.5),
        ([19.0, 19.0], 0.5),
    ],
)
def test_the_partial_auroc_looks_at_the_highest_tenth_of_normal_clips(
    anomalies: list[float], expected: float
) -> None:
    """Of 20 normal clips with scores 0 to 19 the two highest count: Koizumi et al. (2020) by
    hand.
    """
    score = [*map(float, range(20)), *anomalies]
    assert PartialAuroc().value(
        *clips(score, [0] * 20 + [1] * len(anomalies))
    ) == pytest.approx(expected)


def test_the_partial_auroc_of_all_normal_clips_is_the_auroc() -> None:
    decoded, target = clips(torch.randn(60).tolist(), [0, 0, 1] * 20)
    assert PartialAuroc(max_fpr=1.0).value(decoded, target) == pytest.approx(
        AnomalyAuroc().value(decoded, target)
    )


def test_too_few_normal_clips_have_no_partial_auroc() -> None:
    value = PartialAuroc().value(*clips([*map(float, range(12))], [0] * 9 + [1] * 3))
    assert math.isnan(value)


@pytest.mark.parametrize(
    "metric", [AnomalyAuroc(), PartialAuroc(), AlarmRate(True), AlarmRate(False)]
)
def test_weights_count_clips_as_often_as_they_were_drawn(metric) -> None:
    decoded, target = clips(torch.randn(40).tolist(), [0, 0, 0, 1] * 10)
    drawn = torch.randint(40, (40,))
    weight = drawn.bincount(minlength=40)[None].float()
    assert metric(decoded, target, weight).item() == pytest.approx(
        metric.value(decoded[drawn], target[drawn]), abs=1e-6
    )


def test_a_domain_is_its_normal_clips_against_all_anomalies_of_the_section() -> None:
    """Dohi et al. (2022): the anomaly of the target domain counts with the normal clips of the
    source, too.
    """
    decoded, target = clips([0, 4, 2, 3, 1], [0, 0, 1, 1, 1], [0] * 5, [0, 1, 0, 1, 1])
    assert AnomalyAuroc(0, 0).value(decoded, target) == 1
    assert AnomalyAuroc(0, 1).value(decoded, target) == 0


def test_a_section_knows_only_its_own_scores() -> None:
    decoded, target = clips([1, 2, 200, 100], [0, 1, 0, 1], [0, 0, 1, 1])
    assert [AnomalyAuroc(k).value(decoded, target) for k in (0, 1)] == [1, 0]


def test_the_harmonic_mean_is_that_of_the_parts() -> None:
    decoded, target = clips([1, 2, 2, 1, 3, 0], [0, 1, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    parts = [AnomalyAuroc(0), AnomalyAuroc(1)]  # 1/2 each
    assert [part.value(decoded, target) for part in parts] == [0.5, 0.5]
    assert HarmonicMean(parts).value(decoded, target) == pytest.approx(0.5)
    decoded, target = clips([1, 2, 2, 1, 3, 3], [0, 1, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0])
    assert HarmonicMean(parts).value(decoded, target) == pytest.approx(
        2 / (1 / 1 + 1 / 0.5)
    )


def test_rates_are_those_at_the_threshold_and_their_intervals_those_of_so_many_clips() -> (
    None
):
    decoded, target = clips([0.5, 1.5, 0.9, 2.0, 0.1], [0, 0, 0, 1, 1])
    assert AlarmRate(False).value(decoded, target) == pytest.approx(1 / 3)
    hit = AlarmRate(True).estimate(decoded, target)
    assert hit.value == 0.5 and hit.low == pytest.approx(
        0.0945, abs=1e-3
    )  # Wilson: 1 of 2


def test_what_is_reported_follows_from_the_data() -> None:
    assert list(anomaly_metrics(("",), ("",), alarms=False)) == ["auroc", "pauc"]
    assert list(anomaly_metrics(("",), ("",), alarms=True))[2:] == [
        "true_alarm_rate",
        "false_alarm_rate",
    ]
    several = anomaly_metrics(("fan", "pump"), ("source", "target"), alarms=False)
    parts = [f"auroc_{s}_{d}" for s in ("fan", "pump") for d in ("source", "target")]
    assert list(several) == ["auroc", "pauc", "score", *parts, "pauc_fan", "pauc_pump"]


def test_validation_without_anomalies_has_no_auroc() -> None:
    decoded, target = clips([1.0, 2.0, 3.0], [0, 0, 0])
    values: Tensor = torch.tensor(
        [metric.value(decoded, target) for metric in (AnomalyAuroc(), PartialAuroc())]
    )
    assert values.isnan().all()


def test_the_interval_of_a_perfect_section_is_that_of_its_own_few_clips() -> None:
    decoded, target = clips(
        [0.0, 1.0, *map(float, range(20))], [0, 1, *[0, 1] * 10], [0, 0, *[1] * 20]
    )
    few = AnomalyAuroc(0).estimate(decoded, target)
    assert (few.value, few.n) == (1, 1) and isnan(few.low)
    decoded, target = clips(
        [*[0.0, 1.0] * 6, *map(float, range(20))], [0, 1] * 16, [*[0] * 12, *[1] * 20]
    )
    six = AnomalyAuroc(0).estimate(decoded, target)
    assert (six.value, six.n) == (1, 6) and six.low == pytest.approx(wilson(1.0, 6)[0])


def test_windows_of_one_recording_are_one_witness() -> None:
    score, anomalous = torch.randn(60).tolist(), [0] * 30 + [1] * 30
    decoded, target = clips(score, anomalous)
    group = torch.arange(60) // 6  # ten recordings
    alone, together = (
        AnomalyAuroc().estimate(decoded, target),
        AnomalyAuroc().estimate(decoded, target, group=group),
    )
    assert (
        together.value == alone.value
        and together.high - together.low != alone.high - alone.low
    )
    sure, known = clips([0.0] * 30 + [2.0] * 30, anomalous)
    assert AlarmRate(True).estimate(sure, known, group=group).low == pytest.approx(
        wilson(1.0, 5)[0]
    )
    assert AnomalyAuroc().estimate(sure, known, group=group).low == pytest.approx(
        wilson(1.0, 5)[0]
    )


def test_groups_of_single_clips_change_nothing() -> None:
    decoded, target = clips(torch.randn(40).tolist(), [0, 1] * 20)
    assert AnomalyAuroc().estimate(decoded, target) == AnomalyAuroc().estimate(
        decoded, target, group=torch.arange(40)
    )


def test_a_hopeless_part_makes_the_harmonic_mean_hopeless() -> None:
    section = [0] * 10 + [1] * 10
    decoded, target = clips([1, 2] * 5 + [2, 1] * 5, [0, 1] * 10, section)
    parts = [
        AnomalyAuroc(0),
        AnomalyAuroc(1),
        AnomalyAuroc(2),
    ]  # no clip is of the last
    estimate = HarmonicMean(parts).estimate(decoded, target)
    assert estimate.value == 0 and estimate.high == pytest.approx(wilson(0.0, 5)[1])
    assert estimate.n == 5
