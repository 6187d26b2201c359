"""Angles between directions and what is said of many of them: known answers, and numpy's."""

from math import inf, isnan, nan

import numpy as np
import pytest
import torch
from torch import Tensor

from auris.acoustics.arrays import unit_vector
from auris.tasks.localization.metrics import (
    MeanError,
    MedianError,
    WithinTolerance,
    direction_metrics,
    errors_in_parts,
    great_circle,
)


def level(*azimuths: float) -> Tensor:
    return unit_vector(torch.tensor(azimuths), torch.zeros(len(azimuths)))


def off(
    *degrees: float, rt60: float = nan, snr: float = nan, section: int = 0
) -> tuple[Tensor, Tensor]:
    """Answers (N, 3) that are off by so much, and targets (N, 7)."""
    true = level(*np.linspace(-170, 170, len(degrees)).tolist())
    x, y, z = true.T
    turn = torch.tensor(degrees).deg2rad()
    said = torch.stack(
        [turn.cos() * x - turn.sin() * y, turn.sin() * x + turn.cos() * y, z], 1
    )
    facts = torch.tensor([rt60, snr, nan, float(section)]).expand(len(degrees), 4)
    return said, torch.cat([true, facts], 1)


def same(direction: Tensor) -> Tensor:
    return direction


@pytest.mark.parametrize("angle", [0.0, 1e-5, 1e-3, 0.5, 45.0, 90.0, 179.5, 180.0])
def test_the_angle_between_directions_is_exact_where_it_is_tiny_too(
    angle: float,
) -> None:
    one = torch.tensor([1.0, 0.0, 0.0])
    turn = torch.tensor(angle, dtype=torch.float64).deg2rad()
    other = torch.stack([turn.cos(), turn.sin() * 0.6, turn.sin() * 0.8]).float()
    assert great_circle(one, other).item() == pytest.approx(angle, rel=1e-4)


def test_elevation_counts() -> None:
    up, ahead = unit_vector(torch.tensor([30.0, 0.0]), torch.tensor([90.0, 0.0]))
    assert great_circle(up, ahead).item() == pytest.approx(90)
    low, high = unit_vector(
        torch.tensor([0.0, 90.0]), torch.tensor([60.0, 60.0])
    )  # cos = sin^2 60 = 3/4
    assert great_circle(low, high).item() == pytest.approx(
        np.degrees(np.arccos(0.75)), abs=1e-4
    )


def test_known_errors() -> None:
    pair = off(1.0, 4.0, -6.0, 15.0, 100.0)
    metrics = direction_metrics(same)
    values = {name: metric.value(*pair) for name, metric in metrics.items()}
    expected = {
        "mean_error": 25.2,
        "median_error": 6,
        "within_5": 0.4,
        "within_10": 0.6,
        "within_20": 0.8,
    }
    assert (
        values == pytest.approx(expected, abs=1e-3)
        and next(iter(metrics)) == "mean_error"
    )


@pytest.mark.parametrize("count", [1, 2, 9, 10])
def test_the_median_is_numpys(count: int) -> None:
    errors = np.random.default_rng(count).uniform(0, 90, count)
    value = MedianError(same).value(*off(*errors.tolist()))
    assert value == pytest.approx(np.median(errors), abs=1e-3)


def test_weights_are_clips_that_came_several_times() -> None:
    errors, times = [10.0, 20.0, 40.0, 80.0], [3, 0, 1, 2]
    often = off(*np.repeat(errors, times).tolist())
    said, target = off(*errors)
    for metric in (MeanError(same), MedianError(same), WithinTolerance(same, 30)):
        weighed = metric(said, target, torch.tensor([times]).float())
        assert weighed.item() == pytest.approx(metric.value(*often), abs=1e-3)


def test_bins_and_sections_hold_their_own_clips_and_nan_no_bin() -> None:
    parts = [
        off(1.0, 3.0, rt60=0.2, section=1),
        off(8.0, rt60=0.3, section=2),
        off(50.0, snr=3.0),
    ]
    said, target = (torch.cat(side) for side in zip(*parts, strict=True))
    metrics = errors_in_parts(
        same, {"rt60": (0, 0.3, 0.6, 0.9), "snr": (-10, 10)}, ("",)
    )
    metrics |= errors_in_parts(
        same, {"rt60": (0, 9)}, ("", "hall", "bath")
    )  # sections are told instead of bins
    values = {name: metric.value(said, target) for name, metric in metrics.items()}
    assert values["mean_error_rt60_0_to_0.3_s"] == pytest.approx(2, abs=1e-3)
    assert values["mean_error_rt60_0.3_to_0.6_s"] == pytest.approx(8, abs=1e-3)
    assert isnan(values["mean_error_rt60_0.6_to_0.9_s"])
    assert values["mean_error_snr_-10_to_10_db"] == pytest.approx(50, abs=1e-3)
    assert values["mean_error_hall"] == pytest.approx(2, abs=1e-3)
    assert values["mean_error_bath"] == pytest.approx(8, abs=1e-3)
    assert not {"mean_error_", "mean_error_rt60_0_to_9_s"} & set(metrics)


def test_the_interval_of_a_mean_error_is_students_and_that_of_a_share_wilsons() -> None:
    errors = np.random.default_rng(0).gamma(4, 3, 400)
    pair = off(*errors.tolist())
    mean = MeanError(same).estimate(*pair)
    half = 1.96 * errors.std() / 20
    assert (mean.low, mean.high) == pytest.approx(
        (mean.value - half, mean.value + half), abs=0.1
    )
    share = WithinTolerance(same, 10).estimate(*pair)
    assert (
        share.value == pytest.approx(np.mean(errors <= 10))
        and share.low < share.value < share.high
    )


@pytest.mark.parametrize("degrees", [0.0, 1.0])
def test_degrees_are_no_share_of_which_1_is_the_best(
    degrees: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = torch.full((50,), degrees)
    monkeypatch.setattr(
        "auris.tasks.localization.metrics.great_circle", lambda *_: errors
    )
    found = MeanError(same).estimate(*off(*[0.0] * 50))
    assert found.value == pytest.approx(degrees) and found.n == 50
    assert isnan(found.low) and isnan(found.high)  # no interval without a width


def test_a_condition_of_five_clips_has_an_interval_and_one_of_fewer_none() -> None:
    parts = [off(5.0, 9.0, rt60=0.2), off(*[20.0, 22.0, 24.0, 26.0, 28.0], rt60=0.5)]
    parts.append(off(2.359, rt60=1.5))
    pair = tuple(torch.cat(side) for side in zip(*parts, strict=True))
    one = MeanError(same, "rt60", 1.2, 3).estimate(*pair)
    assert one[::3] == pytest.approx((2.359, 1), abs=1e-3) and isnan(one.low)
    assert str(one) == "2.359 (n = 1)"
    two = MeanError(same, "rt60", 0, 0.3).estimate(*pair)
    assert two[::3] == pytest.approx((7, 2)) and isnan(two.high)
    five = MeanError(same, "rt60", 0.3, 0.9).estimate(*pair)
    assert five.value == pytest.approx(24) and 20 < five.low < 24 < five.high < 28
    none = MeanError(same, "distance", 0, inf).estimate(*pair)
    assert all(map(isnan, none[:3])) and none.n == 0
    assert MeanError(same, "rt60", 0, 0.3).count_groups(pair[1], torch.arange(8)) == 2
